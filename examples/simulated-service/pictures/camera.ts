import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { browserPath, launch } from "../../../test/dashboard/browser";

const schemes = ["light", "dark"] as const;
/** A README is to load quickly. */
const mostBytes = 150_000;
/** A picture shows the beginning of a long page. */
const mostHeight = 1100;
const perMs = 500;

/** A page that is open in both schemes. */
export interface OpenPage {
  goTo(path: string): Promise<void>;
  /** Waits until the evidence that the page shows is at least so many percent. */
  untilEvidence(percent: number): Promise<void>;
  take(name: string): Promise<void>;
}

/** Takes pictures of pages, in light and in dark. */
export interface Camera {
  open(address: string): Promise<OpenPage>;
  /** Takes a picture of a page of its own, so many pixels wide. */
  take(name: string, html: string, width: number): Promise<void>;
  close(): Promise<void>;
}

/** @param folder where the pictures are put @throws Error where there is no Chromium */
export async function openCamera(folder: string): Promise<Camera> {
  const path = browserPath();
  if (path === undefined) throw new Error("There is no Chromium here: install one, or set CHROMIUM to one.");
  const browser = await launch(path);
  return {
    open: (address) => openPage(browser, address, folder),
    async take(name, html, width) {
      for (const [scheme, page] of await pagesOf(browser, width)) {
        await page.setContent(html);
        await shoot(page, join(folder, `${name}-${scheme}.webp`));
      }
    },
    close: () => browser.close(),
  };
}

function pagesOf(browser: Browser, width: number): Promise<[(typeof schemes)[number], Page][]> {
  const opened = schemes.map(async (colorScheme): Promise<[typeof colorScheme, Page]> => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 100 } });
    return [colorScheme, await context.newPage()];
  });
  return Promise.all(opened);
}

async function openPage(browser: Browser, address: string, folder: string): Promise<OpenPage> {
  const pages = await pagesOf(browser, 1100);
  const { origin } = new URL(address);
  for (const [, page] of pages) {
    await page.goto(address);
    await page.waitForURL(`${origin}/`);
  }
  return {
    async goTo(path) {
      for (const [, page] of pages) await page.goto(`${origin}${path}`);
    },
    async untilEvidence(percent) {
      const shown = pages[0]?.[1].locator(".evidence strong").first();
      for (;;) {
        const text = await shown?.innerText().catch(() => "0");
        if (Number.parseFloat(text ?? "") >= percent) return;
        await pages[0]?.[1].waitForTimeout(perMs);
      }
    },
    async take(name) {
      for (const [scheme, page] of pages) await shoot(page, join(folder, `${name}-${scheme}.webp`));
    },
  };
}

async function shoot(page: Page, path: string): Promise<void> {
  const height = await page.evaluate<number>("document.documentElement.scrollHeight");
  const width = page.viewportSize()?.width ?? 0;
  await page.setViewportSize({ width, height: Math.min(height, mostHeight) });
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 90 });
  const content = Buffer.from(data, "base64");
  if (content.length > mostBytes)
    throw new Error(`${path} has ${content.length} bytes, more than the ${mostBytes} of a small picture.`);
  writeFileSync(path, content);
  console.log(`${path}: ${content.length} bytes`);
}
