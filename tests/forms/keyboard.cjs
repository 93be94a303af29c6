// Fills the offline form with the keyboard alone, keeps the answers and saves them; prints what was said and requested.
const { chromium } = require("playwright-core");

(async () => {
  const [, , file, target, people] = process.argv;
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  const page = await browser.newPage({ viewport: { width: 390, height: 800 }, acceptDownloads: true });
  const requests = [];
  page.on("request", (one) => { if (!/^(data|file|blob):/.test(one.url())) requests.push(one.url()); });
  await page.goto("file://" + file);
  const said = [];
  const focused = () => page.evaluate(() => ({ id: document.activeElement.id, type: document.activeElement.type }));
  const press = async (key) => { await page.keyboard.press(key); return focused(); };
  for (const [code, steps] of JSON.parse(people)) {
    await page.focus("#respondent");
    await page.keyboard.type(code);
    let at = await press("Tab");
    for (const step of steps) {
      if (step === null) { at = await press("Tab"); continue; }
      await page.keyboard.press("Space");
      for (let n = 0; n < step; n += 1) await page.keyboard.press("ArrowDown");
      at = await press("Tab");
    }
    if (at.id !== "keep") throw new Error("the keyboard stands on " + JSON.stringify(at));
    await page.keyboard.press("Enter");
    if (steps.includes(null)) {
      said.push(await page.textContent("#errors"));
      await page.focus("#keep");
      await page.keyboard.press("Enter");
    }
    said.push(await page.textContent("#count"));
  }
  await page.focus("#csv");
  const [saved] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await saved.saveAs(target);
  said.push(await page.textContent("#count"));
  console.log(JSON.stringify({ said, requests, name: saved.suggestedFilename() }));
  await browser.close();
})().catch((error) => { console.error(error); process.exit(1); });
