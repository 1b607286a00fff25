// What a person sees without doing anything: no script runs, nothing is asked for, the language is right, every link leads
// to a file, nothing stands outside the screen or the sheet.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/// Runs in the page. @return what is wrong with its make.
function faults_of_page({ language, direction }) {
  const faults = [];
  const expect = (is, what) => { if (!is) faults.push(what); };
  const root = document.documentElement;
  expect(!document.title.includes("owned"), "ran a script");
  expect(document.title.length > 0, "has no title");
  expect(root.lang === language, `is in ${root.lang}, not in ${language}`);
  expect(getComputedStyle(root).direction === direction, `does not run ${direction}`);
  expect(document.querySelectorAll("h1").length === 1, "has not one h1");
  expect(document.querySelectorAll("script, iframe, object, embed, form, base").length === 0, "has a script or the like");
  const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]");
  expect(policy !== null && policy.content.startsWith("default-src 'none';"), "may load from elsewhere");
  for (const table of document.querySelectorAll("table")) {
    expect(table.caption !== null && table.caption.textContent.length > 0, "has a table without caption");
    expect(table.querySelector("thead th:not([scope=col])") === null, "has a column head without scope");
  }
  for (const element of document.querySelectorAll("*")) {
    for (const { name } of element.attributes) expect(!name.startsWith("on"), `has ${name}`);
  }
  for (const image of document.querySelectorAll("img"))
    expect(image.alt.length > 0, "has a picture without words");
  for (const player of document.querySelectorAll("audio, video"))
    expect(player.ariaLabel.length > 0 && player.controls && !player.autoplay, "has a player without name or controls");
  return [...new Set(faults)];
}

/// Runs in the page. @return what stands outside the screen; what scrolls in a region that the keyboard reaches does not.
function faults_of_width() {
  const root = document.documentElement;
  const faults = [];
  if (root.scrollWidth > root.clientWidth) faults.push(`scrolls sideways by ${root.scrollWidth - root.clientWidth} px`);
  // Hundreds of records are of one make, and measuring lays them out one by one.
  for (const element of Array.from(document.body.querySelectorAll("*")).slice(0, 2000)) {
    if (element.clientWidth === 0 || element.scrollWidth <= element.clientWidth + 1) continue;
    const { overflowX } = getComputedStyle(element);
    const is_region = element.tabIndex === 0 && element.role === "region" && element.ariaLabel.length > 0;
    if (/auto|scroll/.test(overflowX) ? !is_region : overflowX !== "visible" && element.className !== "unseen")
      faults.push(`cuts off a part of <${element.localName} class="${element.className}">`);
  }
  return [...new Set(faults)];
}

/// Runs in the page.
function links_of_page() {
  return Array.from(document.querySelectorAll("[href], [src]"), (element) =>
    element.getAttribute("href") ?? element.getAttribute("src"));
}

/// Each link is relative and leads to a file, or to a place of its page. @param seen  gets the files' addresses.
async function follow_links(folder, page, name, seen) {
  for (const target of await page.evaluate(links_of_page)) {
    if (target.startsWith("#")) {
      folder.expect(await page.locator(`[id="${target.slice(1)}"]`).count() === 1, `${name}: ${target} is not there`);
      continue;
    }
    folder.expect(!/^[a-z]+:/i.test(target) && !target.startsWith("/"), `${name}: the link ${target} is not relative`);
    seen.add(new URL(target, folder.url_of(name)).href);
  }
}

/// On screens of every width, and on paper: A4 with its margins.
async function change_widths(folder, page, name, widths) {
  for (const [media, width] of [...widths.map((width) => ["screen", width]), ["print", 672]]) {
    await page.emulateMedia({ media });
    await page.setViewportSize({ width, height: 800 });
    for (const fault of await page.evaluate(faults_of_width))
      folder.expect(false, `${name} at ${width} px (${media}) ${fault}`);
  }
  await page.emulateMedia({ media: "screen" });
}

export async function check_reading(folder, widths) {
  const page = await folder.reader();
  const seen = new Set();
  for (const name of folder.pages) {
    await page.goto(folder.url_of(name));
    const wanted = { language: folder.language_of(name), direction: folder.direction_of(name) };
    for (const fault of await page.evaluate(faults_of_page, wanted)) folder.expect(false, `${name} ${fault}`);
    await follow_links(folder, page, name, seen);
    await change_widths(folder, page, name, widths);
  }
  for (const url of seen) folder.expect(existsSync(fileURLToPath(url)), `${url} is not there`);
  folder.expect(seen.size > 500, `only ${seen.size} links`);
  await page.context().close();
  return `${folder.pages.length} pages, ${seen.size} files linked`;
}
