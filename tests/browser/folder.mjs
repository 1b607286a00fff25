// The unpacked folder under test, and the browser that it is opened in.
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/// Axe's time grows with the square of a page's elements. One page of 500 rows is looked at as a whole, of the others the
/// first records: those below are of the same make.
const kWhole = "pages/purchase-0002.html";
const kKept = 20;

/// Of the many pages of one dataset the first, one between others, the last, and those of another kind.
function without_repetition(names) {
  const dataset_of = (name) => name.replace(/-\d+\.html$/, "");
  return names.filter((name) => {
    const alike = names.filter((other) => dataset_of(other) === dataset_of(name));
    return alike.indexOf(name) < 2 || name === alike.at(-1);
  });
}

/// READ-ME.html is the same for every language: it holds three.
const kReadMe = "READ-ME.html";

export class Folder {
  constructor({ path, peers, chromium, language, direction, problems }) {
    this.path = resolve(path);
    this.language = language;
    this.direction = direction;
    this.chromium = chromium;
    this.require = createRequire(resolve(peers, "package.json"));
    this.problems = problems;
    const records = readdirSync(join(this.path, "pages")).sort().map((name) => `pages/${name}`);
    this.pages = [kReadMe, "index.html", "about/index.html", ...without_repetition(records)];
  }

  async open_browser() {
    this.browser = await this.require("playwright-core").chromium.launch({
      executablePath: this.chromium,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"] });
  }

  expect(is, what) {
    if (!is) this.problems.push(`${this.language}: ${what}`);
  }

  url_of(name) {
    return pathToFileURL(join(this.path, name)).href;
  }

  language_of(name) {
    return name === kReadMe ? "en" : this.language;
  }

  direction_of(name) {
    return name === kReadMe ? "ltr" : this.direction;
  }

  /// A person's browser without a network; any request that is for no file of the folder is a finding, and so is whatever
  /// a page complains of. @param options  of Playwright's context.
  async reader(options = {}) {
    const context = await this.browser.newContext({
      offline: true, javaScriptEnabled: false, viewport: { width: 1280, height: 800 }, ...options });
    context.on("request", (request) =>
      this.expect(request.url().startsWith(this.url_of("")), `asks for ${request.url()}`));
    const page = await context.newPage();
    page.setDefaultTimeout(180_000);  // the largest page has 14,000 rows, and the machine may be busy
    page.on("console", (message) => this.expect(message.type() !== "error", `${page.url()} says: ${message.text()}`));
    page.on("dialog", (dialog) => {
      this.expect(false, `${page.url()} opened a dialog`);
      dialog.dismiss();
    });
    return page;
  }

  /// Takes away what stands below the first records.
  async shorten(page, name) {
    await page.evaluate((kept) => {
      const records = document.querySelectorAll(".records article, tbody tr");
      for (const record of Array.from(records).slice(kept)) record.remove();
    }, name === kWhole || !name.startsWith("pages/") ? Infinity : kKept);
  }
}
