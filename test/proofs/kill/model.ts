/** A script as the API told its client that it is. Everything goes by words that the client chose. */
export interface Script {
  /** The tags of its versions, newest first. */
  readonly versions: readonly string[];
  /** Those that the API lists, newest first; the first one is where traffic goes. */
  readonly deployments: readonly { readonly message: string; readonly split: Split }[];
  /** The script's one tag, which stands for its settings. */
  readonly note: string;
  readonly enabled: boolean;
}

/** What percentage each version gets. */
export type Split = Readonly<Record<string, number>>;

/** What a client knows of its script; undefined while there is none. */
export type Known = Script | undefined;

/** A write, before it is sent. `word` is its own: nothing else is called like it. */
export type Write =
  | { readonly kind: "put"; readonly word: string }
  | { readonly kind: "upload"; readonly word: string }
  | { readonly kind: "deploy"; readonly word: string; readonly split: Split }
  | { readonly kind: "settings"; readonly word: string }
  | { readonly kind: "subdomain"; readonly enabled: boolean }
  | { readonly kind: "delete" };

/** What is known once a write was answered with success. */
export function after(known: Known, write: Write): Known {
  if (write.kind === "delete") return undefined;
  const script = known ?? { versions: [], deployments: [], note: "", enabled: false };
  switch (write.kind) {
    case "put":
      return {
        ...script,
        versions: [write.word, ...script.versions],
        deployments: listed([{ message: write.word, split: { [write.word]: 100 } }, ...script.deployments]),
        note: write.word,
      };
    case "upload":
      return { ...script, versions: [write.word, ...script.versions] };
    case "deploy":
      return {
        ...script,
        deployments: listed([{ message: write.word, split: write.split }, ...script.deployments]),
      };
    case "settings":
      return { ...script, note: write.word };
    case "subdomain":
      return { ...script, enabled: write.enabled };
  }
}

/** The API lists the ten newest deployments and no others. */
function listed(deployments: Script["deployments"]): Script["deployments"] {
  return deployments.slice(0, 10);
}

/** The chance of each write, while there is a script. */
const CHANCES: readonly [Write["kind"], number][] = [
  ["put", 0.15],
  ["upload", 0.2],
  ["deploy", 0.35],
  ["settings", 0.15],
  ["subdomain", 0.1],
  ["delete", 0.05],
];

/** A write that makes sense for what is known. */
export function nextWrite(known: Known, word: string, random: () => number): Write {
  if (known === undefined) return { kind: "put", word };
  // An account that nobody can reach proves little.
  if (!known.enabled) return { kind: "subdomain", enabled: true };
  const kind = pick(CHANCES, random);
  if (kind === "deploy") return { kind, word, split: splitOf(known.versions, random) };
  return kind === "subdomain" ? { kind, enabled: !known.enabled } : { kind, word };
}

function pick(chances: typeof CHANCES, random: () => number): Write["kind"] {
  let left = random();
  const found = chances.find(([, chance]) => (left -= chance) < 0);
  return found?.[0] ?? "deploy";
}

function splitOf(versions: readonly string[], random: () => number): Split {
  const one = versions[Math.floor(random() * versions.length)] ?? "";
  const two = versions[Math.floor(random() * versions.length)] ?? "";
  const share = Math.floor(random() * 101);
  return one === two ? { [one]: 100 } : { [one]: share, [two]: 100 - share };
}
