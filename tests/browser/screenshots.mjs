// Pictures for people to look at: each kind of page on a desktop and on a telephone.
import { join } from "node:path";

const kKinds = /READ-ME|index|account-0001|message-0001|picture-0001|purchase-(0002|find)|voice_recording-0003/;

export async function take_screenshots(folder, into) {
  for (const [width, height, colorScheme] of [
    [1280, 900, "light"], [1280, 900, "dark"], [375, 812, "light"], [375, 812, "dark"]]) {
    const page = await folder.reader({ viewport: { width, height }, colorScheme });
    for (const name of folder.pages.filter((name) => kKinds.test(name))) {
      await page.goto(folder.url_of(name));
      const file = `${folder.language}-${width}-${colorScheme}-${name.replaceAll("/", "-").replace(".html", ".png")}`;
      await page.screenshot({ path: join(into, file) });
    }
    await page.context().close();
  }
}
