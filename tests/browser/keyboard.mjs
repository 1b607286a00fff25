// Everything that can be pressed or scrolled is reached with Tab, in the order of the page, and shows that it is.

/// Pages of hundreds of players have thousands of stops; the shorter ones are of the same make.
const kTooLong = /(voice_recording-000[12]|-all)\.html$/;

/// Runs in the page. @return the elements that a person must reach, each as a word.
function stops_of_page() {
  const stops = Array.from(document.querySelectorAll("a[href], [tabindex='0'], audio, video"));
  stops.forEach((element, index) => element.setAttribute("data-stop", `${index}`));
  return stops.map((element) => element.getAttribute("href") ?? element.getAttribute("src") ?? element.className);
}

/// Runs in the page. @return what has the focus and whether one sees it.
function focus_of_page() {
  const element = document.activeElement;
  const stop = element.getAttribute("data-stop");
  const place = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const is_player = ["audio", "video"].includes(element.localName);  // it marks its own buttons
  return {
    stop: stop === null ? -1 : Number(stop),
    is_marked: is_player || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    is_seen: place.width > 1 && place.right > 0 && place.left < innerWidth && place.bottom > 0 && place.top < innerHeight,
  };
}

async function walk(folder, page, name) {
  await page.goto(folder.url_of(name));
  const stops = await page.evaluate(stops_of_page);
  const kButtons = 8;  // a player has some of its own
  const reached = [];
  for (let i = 0; i < stops.length * kButtons && reached.length < stops.length; ++i) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(focus_of_page);
    if (focus.stop === -1) break;
    if (reached.at(-1) === focus.stop) continue;
    reached.push(focus.stop);
    folder.expect(focus.is_marked, `${name}: ${stops[focus.stop]} does not show that it has the focus`);
    folder.expect(focus.is_seen, `${name}: ${stops[focus.stop]} has the focus and is not on the screen`);
  }
  folder.expect(reached.length === stops.length && reached.every((stop, index) => stop === index),
    `${name}: Tab reaches ${reached.map((stop) => stops[stop])}, which is not ${stops}`);
  return stops.length;
}

async function skip_to_content(folder, page) {
  await page.goto(folder.url_of("pages/purchase-0002.html"));
  await page.evaluate(stops_of_page);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(/#content$/);
  await page.keyboard.press("Tab");
  const is_inside = await page.evaluate(() => document.activeElement.matches("#content a"));
  folder.expect(is_inside, "the skip link does not lead into the content");
}

/// A table wider than the screen moves with the arrow keys.
async function scroll_table(folder, page) {
  await page.goto(folder.url_of("pages/purchase-0002.html"));
  await page.setViewportSize({ width: 320, height: 800 });
  await page.locator(".table").focus();
  await page.keyboard.press(folder.direction === "rtl" ? "ArrowLeft" : "ArrowRight");
  let moved = 0;
  for (let i = 0; i < 100 && moved === 0; ++i) {
    await page.waitForTimeout(20);
    moved = await page.evaluate(() => document.querySelector(".table").scrollLeft);
  }
  folder.expect(moved !== 0, "a wide table does not move with the arrow keys");
}

export async function check_keyboard(folder) {
  const page = await folder.reader();
  let stops = 0;
  for (const name of folder.pages.filter((name) => !kTooLong.test(name))) stops += await walk(folder, page, name);
  await skip_to_content(folder, page);
  await scroll_table(folder, page);
  await page.context().close();
  return `${stops} stops`;
}
