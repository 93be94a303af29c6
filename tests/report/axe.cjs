// Opens a page at a width and reports what axe finds, what it asks of the network and whether it scrolls sideways.
const { chromium } = require("playwright-core");
const fs = require("fs");

(async () => {
  const [, , file, width] = process.argv;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  const page = await browser.newPage({ viewport: { width: Number(width), height: 900 }, bypassCSP: true });
  const requests = [];
  const dialogs = [];
  page.on("request", (request) => {
    if (!/^(data|file):/.test(request.url())) requests.push(request.url());
  });
  page.on("dialog", (dialog) => { dialogs.push(dialog.message()); dialog.dismiss(); });
  await page.goto("file://" + file);
  const scroll_width = await page.evaluate(() => document.documentElement.scrollWidth);
  const title = await page.title();
  await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
  await page.addScriptTag({ content: fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8") });
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const result = await page.evaluate((runOnly) => axe.run({ runOnly }), tags);
  const violations = result.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  console.log(JSON.stringify({ violations, requests, dialogs, scroll_width, title }));
  await browser.close();
})();
