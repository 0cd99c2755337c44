// Takes the screenshots of the gallery in this folder, from an app that has the images of samples/ (./pipeline up, ./pipeline upload samples):
//   node docs/images/screenshots.mjs tests/Pipeline.IntegrationTests/bin/Debug/net10.0/.playwright/package http://127.0.0.1:7071
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const [driver, app] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(path.resolve(driver));
const folder = path.dirname(fileURLToPath(import.meta.url));
const views = {
  gallery: ['', '.tile'],
  image: ['image?name=fish-1.jpg', '.facts tbody tr'],
  search: ['search?name=fish-1.jpg', '.columns .match'],
  explain: ['explain?a=vase-1.jpg&b=vase-2.jpg&model=resnet18', '.heat'],
  duplicates: ['duplicates?minCosine=0.9', '.group .copy'],
  links: ['links', '.link'],
  study: ['study', '.slot'],
  evaluation: ['evaluation', '#report'],
  health: ['health', 'tbody tr'],
};
const screens = [
  ['light', 1280, 860, 'light'],
  ['dark', 1280, 860, 'dark'],
  ['phone', 390, 780, 'light'],
];
const report = path.join(folder, '../../tests/reference/fixtures/gallery/evaluation.json');

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [screen, width, height, colorScheme] of screens) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
  for (const [view, [address, complete]] of Object.entries(views)) {
    await page.goto('about:blank');
    await page.goto(`${app}/api/gallery#/${address}`);
    await page.locator(complete).first().waitFor();
    if (view === 'evaluation') {
      await page.locator('#report').setInputFiles(report);
      await page.locator('.cards').waitFor();
    }
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(500);
    await page.screenshot({ path: path.join(folder, `gallery-${view}-${screen}.jpg`), type: 'jpeg', quality: 85 });
    console.log(`${view} ${screen}`);
  }
  await page.close();
}
await browser.close();
