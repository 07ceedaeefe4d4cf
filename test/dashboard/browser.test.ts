import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { dashboardFiles } from "../../provider/cli/dashboard/files";
import { listenOnLoopback, type LoopbackServer } from "../../provider/cli/dashboard/server";
import { dashboard } from "../../provider/dashboard/app";
import type { Ports, Seen } from "../../provider/dashboard/ports";
import { browserPath, launch } from "./browser";
import { fakePorts, goodPlan } from "./fakes";
import { quiet, release, slo, view } from "./views";

const path = browserPath();
const title = "the dashboard in a browser";
const skipped = `${title} (skipped: there is no Chromium here; set CHROMIUM to one)`;

(path === undefined ? describe.skip : describe)(path === undefined ? skipped : title, function () {
  this.timeout(120_000);
  const key = "secret";
  let browser: Browser;
  let server: LoopbackServer;
  let seen: Seen;
  let ports: ReturnType<typeof fakePorts>;
  let context: BrowserContext;
  let page: Page;
  let troubles: string[];

  const idle = {
    scriptName: "images-resizer-with-a-long-name",
    view: quiet("images-resizer-with-a-long-name", "somebody.with.a.long.name@example.com with wrangler"),
  };
  const base = (): string => server.origins[0] ?? "";
  const serve = (given: Ports): void => {
    const access = { key, origins: server.origins };
    server.serve(dashboard({ ports: given, access, files: dashboardFiles() }));
  };
  const open = async (to: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<void> => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(base())) troubles.push(request.url());
    });
    await page.goto(`${base()}/?key=${key}`);
    await page.waitForURL(`${base()}/`);
    await page.goto(`${base()}${to}`);
  };

  before(async () => {
    browser = await launch(path ?? "");
    server = await listenOnLoopback(0);
  });
  after(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => {
    troubles = [];
    seen = { scriptName: "checkout", view: view(), plan: "plans/web.yaml" };
    ports = fakePorts(undefined, {
      account: () => Promise.resolve({ name: "account", workers: [seen, idle] }),
      worker: () => Promise.resolve(seen),
    });
    serve(ports);
  });
  afterEach(async () => {
    await context.close();
    assert.deepEqual(troubles, []);
  });

  it("shows what is new by itself, and keeps focus meanwhile", async () => {
    await open("/workers/checkout");
    const button = page.getByRole("button", { name: "Abort the release of checkout" });
    await button.focus();
    const line = page.locator(".slo .plot .line.new").first();
    const before = await line.getAttribute("d");
    const health = view().health;
    const worse = slo({ verdict: "violated", evidence: 1.2, points: slo().points?.slice(0, 30) ?? [] });
    seen = {
      ...seen,
      view: view({
        release: release({ stage: { ...release().stage, number: 4, percent: 75 } }),
        health: health && { ...health, slos: [worse] },
      }),
    };
    await page.getByText("Stage 4 of 5. It soaks").waitFor();
    assert.equal(await page.locator(".slo .badge").first().innerText(), "violated");
    assert.notEqual(await line.getAttribute("d"), before);
    await page.locator("#abort-checkout:focus").waitFor();
    assert.equal(await page.title(), "checkout: violated – workers-release");
  });

  it("asks in a dialog, by the keyboard alone, and gives an order once", async () => {
    await open("/workers/checkout");
    const abort = page.getByRole("button", { name: "Abort the release of checkout" });
    await abort.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "checkout: Abort the release?" });
    await dialog.waitFor();
    await page.locator("#dialog-title:focus").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.locator("#abort-checkout:focus").waitFor();
    assert.deepEqual(ports.orders, []);
    await page.keyboard.press("Space");
    await dialog.waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.type("too slow");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Done: abort of checkout." }).waitFor();
    assert.deepEqual(ports.orders, [
      { scriptName: "checkout", kind: "abort", shown: "abort as shown", reason: "too slow" },
    ]);
  });

  it("shows what came of an order, also where what was asked for before comes later", async () => {
    await open("/workers/checkout");
    const asked = Promise.withResolvers<undefined>();
    const answered = Promise.withResolvers<undefined>();
    ports.worker = async () => {
      ports.worker = () => Promise.resolve(seen);
      asked.resolve(undefined);
      await answered.promise;
      return seen;
    };
    await page.getByRole("button", { name: "Abort the release of checkout" }).click();
    const confirm = page.getByRole("button", { name: "Abort, and put the old version back" });
    await confirm.waitFor();
    await asked.promise;
    await confirm.click();
    const done = page.getByRole("status").filter({ hasText: "Done: abort of checkout." });
    await done.waitFor();
    const late = page.waitForEvent(
      "requestfinished",
      (request) => request.url() === `${base()}/workers/checkout`,
    );
    answered.resolve(undefined);
    await late;
    await page.evaluate("new Promise((resolve) => setTimeout(resolve))");
    assert.equal(await done.count(), 1);
  });

  it("says so when the dashboard does not answer, and when another one was started in its place", async () => {
    await open("/workers/checkout");
    await context.setOffline(true);
    await page.getByRole("alert").filter({ hasText: "No connection to the dashboard" }).waitFor();
    assert.ok(await page.getByText("Stage 3 of 5").first().isVisible(), "what was seen stays");
    await context.setOffline(false);
    const access = { key: "another", origins: server.origins };
    server.serve(dashboard({ ports, access, files: dashboardFiles() }));
    await page.getByRole("alert").filter({ hasText: "Open the address that it has printed now" }).waitFor();
    troubles = troubles.filter((text) => !/ERR_INTERNET_DISCONNECTED|401/.test(text));
  });

  it("shows a plan's form in its YAML and its YAML in its form while somebody types", async () => {
    await open("/plans/file/plans/web.yaml");
    const yaml = page.getByLabel("YAML");
    await page.locator('[name="stages[1].percent"]').fill("30");
    await page.locator('[name="was"][value*="percent: 30 # canary"]').waitFor({ state: "attached" });
    assert.equal(await yaml.inputValue(), goodPlan.replace("25 # canary", "30 # canary"));
    await yaml.fill(goodPlan.replace("25 # canary", "60 # canary"));
    await page.locator('[name="stages[1].percent"][value="60"]').waitFor();
    const wrong = page.locator('[id="stages[2].percent-wrong"]');
    assert.match(await wrong.innerText(), /got 50, expected more than the 60 of the stage before/);
    await page.locator("#text:focus").waitFor();
    await page.getByRole("button", { name: "Remove Stage 3" }).click();
    await page.getByText("in order").waitFor();
    assert.ok(!(await yaml.inputValue()).includes("manual"));
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").filter({ hasText: "Saved plans/web.yaml." }).waitFor();
    assert.equal(await ports.plans.read("plans/web.yaml"), await yaml.inputValue());
  });

  it("can be read, and takes orders, without its script", async () => {
    await open("/", { javaScriptEnabled: false });
    await page.getByRole("button", { name: "Abort the release of checkout" }).click();
    await page.getByRole("heading", { name: "checkout: Abort the release?" }).waitFor();
    await page.getByRole("button", { name: "Abort, and put the old version back" }).click();
    await page.getByText("Done: abort of checkout.").waitFor();
    assert.equal(ports.orders.length, 1);
  });

  const pages = [
    "/",
    "/workers/checkout",
    "/workers/checkout/orders/abort",
    "/workers/checkout/start?version=b8d1c0f2-7a53-4f0e-9c55-0d5f5a1f3e77&plan=plans/web.yaml",
    "/plans",
    "/plans/file/plans/web.yaml",
  ];
  const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  const rules = JSON.stringify({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is accessible (WCAG 2.1 AA by axe) and fits a phone and a screen, ${colorScheme}`, async () => {
      await open("/", { colorScheme, reducedMotion: "reduce" });
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 844 });
        for (const to of pages) {
          await page.goto(`${base()}${to}`);
          const excess = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
          const hidden = await page.evaluate<number>(
            "[...document.querySelectorAll('.scroll')].filter((e) => e.scrollWidth > e.clientWidth).length",
          );
          assert.equal(hidden, 0, `a table of ${to} is cut off at ${width}`);
          assert.ok(excess <= 0, `${to} is ${excess} px too wide at ${width}`);
          await page.evaluate(axe);
          const { violations } = await page.evaluate<AxeResults>(`axe.run(${rules})`);
          const found = violations.map(({ id, nodes }) => [to, width, id, ...nodes.map(({ html }) => html)]);
          assert.deepEqual(found, []);
        }
      }
    });
  }
});
