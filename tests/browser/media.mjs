// A recording plays to its end, a picture is shown.
import { readdirSync } from "node:fs";
import { join } from "node:path";

/// Runs in the page. @return seconds; negative when it does not play.
function play(player) {
  return new Promise((done) => {
    player.addEventListener("ended", () => done(player.duration));
    player.addEventListener("error", () => done(-1));
    setTimeout(() => done(-2), 30_000);
    player.play().catch(() => done(-3));
  });
}

export async function check_media(folder) {
  const page = await folder.reader({ javaScriptEnabled: true });
  await page.goto(folder.url_of("pages/voice_recording-0001.html"));
  const duration = await page.locator("audio").first().evaluate(play);
  folder.expect(Math.abs(duration - 0.1) < 0.01, `a recording of 0.1 s does not play (${duration})`);
  await page.goto(folder.url_of("pages/picture-0001.html"));
  const pictures = await page.locator("img").all();
  folder.expect(pictures.length === readdirSync(join(folder.path, "media/picture")).length, "a picture is not on its page");
  for (const picture of pictures) {
    await picture.scrollIntoViewIfNeeded();
    const width = await picture.evaluate(async (image) => { await image.decode(); return image.naturalWidth; });
    folder.expect(width === 64, `a picture of 64 points is not shown (${width})`);
  }
  await page.context().close();
}
