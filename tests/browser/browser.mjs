// Opens an unpacked package in Chromium as its owner would: from the folder, without a network and without script.
// usage: node browser.mjs PEERS CHROMIUM FOLDER LANGUAGE DIRECTION [SCREENSHOTS]
import { check_accessibility } from "./accessibility.mjs";
import { Folder } from "./folder.mjs";
import { check_keyboard } from "./keyboard.mjs";
import { check_media } from "./media.mjs";
import { check_reading } from "./reading.mjs";
import { take_screenshots } from "./screenshots.mjs";

const kWidths = [1280, 375, 320];

const [peers, chromium, path, language, direction, screenshots] = process.argv.slice(2);
const problems = [];
const folder = new Folder({ path, peers, chromium, language, direction, problems });
await folder.open_browser();
for (const check of [check_reading, check_keyboard, check_media, check_accessibility]) {
  const begin = Date.now();
  const told = await check(folder, kWidths).catch((error) => { problems.push(`${check.name}: ${error.message}`); });
  console.log(`${language} ${check.name}: ${((Date.now() - begin) / 1000).toFixed(1)} s${told ? `, ${told}` : ""}`);
}
if (screenshots) await take_screenshots(folder, screenshots);
await folder.browser.close();
for (const problem of new Set(problems)) console.log(`FAILED ${problem}`);
console.log(`${language}: ${folder.pages.length} pages looked at, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
