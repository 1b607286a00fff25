// WCAG 2.2 AA as far as a program can tell: axe-core on every page, in every width, light and dark.

const kTags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export async function check_accessibility(folder, widths) {
  // Axe is a script; the pages forbid theirs, so their policy is set aside for it alone. It may not load what it sees
  // already (preload).
  const page = await folder.reader({ javaScriptEnabled: true, bypassCSP: true });
  const axe = folder.require("axe-core").source;
  let runs = 0;
  for (const name of folder.pages) {
    await page.goto(folder.url_of(name));
    await folder.shorten(page, name);
    await page.evaluate(axe);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const { violations, passes } = await page.evaluate((tags) =>
          window.axe.run(document, { preload: false, resultTypes: ["violations"], runOnly: tags }), kTags);
        folder.expect(passes.some(({ id }) => id === "color-contrast"), `${name}: axe saw no text`);
        for (const { id, help, nodes } of violations)
          folder.expect(false, `${name} at ${width} px, ${colorScheme}: ${id} (${nodes.length}): ${help}; ` +
            nodes[0].html.slice(0, 200));
        ++runs;
      }
    }
  }
  await page.context().close();
  return `${folder.pages.length} pages × ${widths.length} widths, light and dark = ${runs} times axe`;
}
