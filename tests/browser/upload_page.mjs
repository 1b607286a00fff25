// The page behind an upload link, as a colleague meets it.
// usage: node upload_page.mjs PEERS CHROMIUM LINK FILES [SCREENSHOTS]; upload_page.sh makes link and files.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [peers, chromium, link, files, screenshots] = process.argv.slice(2);
const require = createRequire(resolve(peers, "package.json"));
const playwright = require("playwright-core");
const axe = require("axe-core").source;

const kTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const kTitles = { en: "Letters", fr: "Lettres", de: "Briefe" };
const [address, token] = link.split("#");
const origin = new URL(address).origin;
const problems = [];
const expect = (is, what) => { if (!is) problems.push(what); };
const browser = await playwright.chromium.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu"] });

/// Watches that nothing is asked of anybody else, and that the token stands in no address that is asked for.
async function open(where, settings) {
  const context = await browser.newContext(settings);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("request", (request) => {
    expect(request.url().startsWith(origin), `asks for ${request.url()}`);
    expect(!request.url().split("#")[0].includes(token), "the token is in an address");
    expect(!(request.headers()["referer"] ?? "").includes(token), "the token is in a Referer");
  });
  page.on("pageerror", (error) => problems.push(`script: ${error}`));
  page.on("console", (message) => {
    // A refusal is an answer of status 4xx, which the browser reports too.
    if (message.type() === "error" && !message.text().includes("status of 4")) problems.push(`console: ${message.text()}`);
  });
  await page.goto(where);
  return page;
}

async function run_axe(page, what) {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate((tags) =>
    window.axe.run(document, { resultTypes: ["violations"], runOnly: tags }), kTags);
  expect(passes.some(({ id }) => id === "color-contrast"), `${what}: axe saw no text`);
  for (const { id, help, nodes } of violations)
    expect(false, `${what}: ${id} (${nodes.length}): ${help}; ${nodes[0].html.slice(0, 200)}`);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(!wider, `${what}: wider than the screen`);
}

async function check_looks() {
  let runs = 0;
  for (const language of ["en", "fr", "de"])
    for (const width of [1280, 375])
      for (const colorScheme of ["light", "dark"]) {
        const what = `${language} at ${width} px, ${colorScheme}`;
        // Axe is a script of its own: for it alone the policy is set aside.
        const page = await open(link, { locale: language, viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
        await page.locator("#task").waitFor();
        expect((await page.locator("html").getAttribute("lang")) === language, `${what}: lang`);
        expect((await page.locator("#title").innerText()) === kTitles[language], `${what}: title of the dataset`);
        await run_axe(page, what);
        if (screenshots) await page.screenshot({ path: join(screenshots, `upload-${language}-${width}-${colorScheme}.png`), fullPage: true });
        await page.context().close();
        const dead = await open(`${address}#${"A".repeat(43)}`, { locale: language, viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
        await dead.locator("[data-say=link_dead]").waitFor();
        expect(!(await dead.locator("#task").isVisible()), `${what}: a dead link shows something`);
        await run_axe(dead, `${what}, dead link`);
        await dead.context().close();
        runs += 2;
      }
  return runs;
}

/// By keyboard, under the page's own policy.
async function check_upload() {
  const page = await open(link, { locale: "de", viewport: { width: 375, height: 800 } });
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.type);
  await page.locator("#task").waitFor();
  await page.keyboard.press("Tab");
  expect((await focused()) === "account", `the first stop is ${await focused()}`);
  await page.keyboard.press("Enter");
  expect((await page.locator("#account:invalid").count()) === 1, "an empty form is sent");

  const send = async (account, file, says) => {
    await page.locator("#account").fill("");
    await page.locator("#account").focus();
    await page.keyboard.type(account);
    await page.locator("#file").setInputFiles(join(files, file));
    await page.locator("#file").focus();
    await page.keyboard.press("Tab");
    expect((await focused()) === "submit", `after the file comes ${await focused()}`);
    await page.keyboard.press("Enter");
    await page.locator(`[data-say=${says}]`).waitFor();
    expect((await focused()) === "messages", `the message has no focus, but ${await focused()}`);
    const shown = await page.locator("[data-say]:visible").count();
    expect(shown === 1, `${shown} messages after ${says}`);
  };
  await send("C-77", "large.json", "upload_too_large");
  await send("C-78", "good.json", "other_account");
  await send("C-77", "broken.json", "upload_invalid");
  expect((await page.locator("#reason").innerText()).includes("JSON"), "the reason is not shown");
  await send("C-77", "foreign.json", "foreign_record");
  expect((await page.locator("#reason").innerText()).includes("record 1"), "the record is not named");
  if (screenshots) await page.screenshot({ path: join(screenshots, "upload-refused.png"), fullPage: true });
  await send("C-77", "good.json", "done");
  expect((await page.locator("#records").innerText()) === "1", "the number of records");
  expect(!(await page.locator("#task").isVisible()), "the form is still there");
  expect(!page.url().includes(token), "the token stays in the address");
  if (screenshots) await page.screenshot({ path: join(screenshots, "upload-done.png"), fullPage: true });
  await page.context().close();

  const again = await open(link, { locale: "en" });
  await again.locator("[data-say=link_dead]").waitFor();
  await again.context().close();
}

async function check_without_script() {
  const page = await open(link, { locale: "en", javaScriptEnabled: false });
  expect((await page.locator("noscript").innerText()).includes("JavaScript"), "nothing is said without script");
  expect(!(await page.locator("#form").isVisible()), "a form that cannot work");
  await page.context().close();
}

try {
  const runs = await check_looks();
  await check_without_script();
  await check_upload();
  console.log(`upload page: ${runs} times axe, ${problems.length} problems`);
} finally {
  await browser.close();
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
