import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "./inputs";
import { holdsSecret } from "./cloudflare/upload";
import { refuseOptions } from "./pulumi/options";
import { ownUrn } from "./pulumi/ownUrn";
import { loadedFrom, shell } from "./pulumi/shell";
import type { ScriptBinding } from "./scriptBinding";

const moduleName = "workers-release";
const typeName = "ScriptVersion";

/** A file of a Worker. */
export interface ScriptModule {
  /** Its name, as other modules import it: `"index.mjs"`. */
  name: string;
  /** Its text. Either this or `contentFile`. */
  content?: string;
  /**
   * The path of a file with its content, from the program's directory. Either this or `content`. Where the file lies makes
   * no other version.
   */
  contentFile?: string;
  /**
   * Its media type.
   * @default by the extension of `name`: `.js` and `.mjs` are `application/javascript+module`, `.cjs`
   * `application/javascript`, `.map` `application/source-map`, `.py` `text/x-python`, `.wasm` `application/wasm`; `.txt`,
   * `.html`, `.sql`, `.css`, `.md` and `.json` are `text/plain`, all others `application/octet-stream`
   */
  contentType?: string;
}

/** Static assets: files that Cloudflare serves beside the Worker, or before it. */
export interface ScriptAssets {
  /**
   * The folder with the files, from the program's directory. Its `.assetsignore` leaves files out, its `_headers` and
   * `_redirects` are rules, as with wrangler. At most 100 000 files of 25 MiB each.
   */
  directory: string;
  /** How they are served. */
  config?: {
    /**
     * How paths of pages and slashes at their end are treated.
     * @default "auto-trailing-slash"
     */
    htmlHandling?: "auto-trailing-slash" | "force-trailing-slash" | "drop-trailing-slash" | "none";
    /**
     * What answers a path without a file, when the Worker does not.
     * @default "none"
     */
    notFoundHandling?: "none" | "404-page" | "single-page-application";
    /**
     * Whether the Worker is called before the files: always, never, or on a list of paths (`["/api/*", "!/api/docs"]`).
     * @default false
     */
    runWorkerFirst?: boolean | string[];
    /** A path that all files are served below. */
    basePath?: string;
  };
}

/** What a Worker's runs may use at most. */
export interface ScriptLimits {
  /** The CPU time of one invocation, in milliseconds. */
  cpuMs?: number;
  /** Requests that one invocation makes. */
  subrequests?: number;
}

/** Where Cloudflare runs a Worker. */
export interface ScriptPlacement {
  /** `"smart"`: near the back ends it talks to; `"targeted"`: near what is named here; `"off"`: near its visitors. */
  mode?: "smart" | "targeted" | "off";
  /** A region of a cloud, such as `aws:us-east-1`. */
  region?: string;
  /** A host and port to be near. */
  host?: string;
  /** A host name to be near. */
  hostname?: string;
  /** Several places to be near. */
  targets?: ScriptPlacementTarget[];
}

/** A place for a Worker to be near. */
export interface ScriptPlacementTarget {
  /** A region of a cloud, such as `aws:us-east-1`. */
  region?: string;
  /** A host and port. */
  host?: string;
  /** A host name. */
  hostname?: string;
}

/** One step of a Worker's Durable Object classes, as wrangler's configuration has it. */
export interface ScriptMigration {
  /** Its name: Cloudflare remembers the last one that a Worker has had. */
  tag: string;
  /** Classes that come into being, and store in SQLite. */
  newSqliteClasses?: string[];
  /** Classes that come into being, and store in the older key-value storage. */
  newClasses?: string[];
  /** Classes that keep their objects under another name. */
  renamedClasses?: {
    /** The name before. */
    from: string;
    /** The name from now on. */
    to: string;
  }[];
  /** Classes that go, with all their objects. */
  deletedClasses?: string[];
  /** Classes whose objects come from another Worker. */
  transferredClasses?: {
    /** The name there. */
    from: string;
    /** The Worker that had them. */
    fromScript: string;
    /** The name here. */
    to: string;
  }[];
}

/** What Workers Observability records of a Worker. */
export interface ScriptObservability {
  /** Whether anything is recorded. */
  enabled: boolean;
  /**
   * The share of the invocations that is recorded, from 0 to 1.
   * @default 1
   */
  headSamplingRate?: number;
  /**
   * Whether URLs are recorded without their query.
   * @default false
   */
  redactQueryString?: boolean;
  /** Cloudflare's Issues: errors that it finds in what is recorded. */
  issues?: {
    /** Whether it looks for them. */
    enabled?: boolean;
  };
  /** Logs in particular; what it says goes before what is said of the whole. */
  logs?: {
    /** Whether logs are recorded. */
    enabled?: boolean;
    /** The share of the invocations whose logs are recorded, from 0 to 1. */
    headSamplingRate?: number;
    /** Whether every invocation is an event of its own. A release needs it. */
    invocationLogs?: boolean;
    /** Whether they are kept at Cloudflare. A release needs it. */
    persist?: boolean;
    /** Names of destinations outside Cloudflare. */
    destinations?: string[];
  };
  /** Traces in particular. */
  traces?: {
    /** Whether traces are recorded. */
    enabled?: boolean;
    /** The share of the invocations that are traced, from 0 to 1. */
    headSamplingRate?: number;
    /** Whether they are kept at Cloudflare. */
    persist?: boolean;
    /** Names of destinations outside Cloudflare. */
    destinations?: string[];
    /** Whether a trace that a request says it belongs to is gone on with: only with a trace token, or always. */
    propagationPolicy?: "authenticated" | "accept";
  };
}

/** What Cloudflare's cache does for a Worker. */
export interface ScriptCache {
  /** Whether what the Worker answers is cached. */
  enabled: boolean;
  /** Whether all versions share one cache. */
  crossVersionCache?: boolean;
}

/** A Worker that hears of every invocation of another. */
export interface ScriptTailConsumer {
  /** Its name. */
  service: string;
  /** Its environment, where it has several. */
  environment?: string;
}

/** The inputs of a {@link ScriptVersion}, named like those of Cloudflare's `WorkerVersion`. */
export interface ScriptVersionArgs {
  /**
   * The account the Worker belongs to, 32 hexadecimal digits.
   * @default the environment variable `CLOUDFLARE_ACCOUNT_ID`, else the stack's `workers-release:accountId`
   */
  accountId?: pulumi.Input<string> | undefined;
  /** The name of the Worker. It is created with its first version. */
  scriptName: pulumi.Input<string>;
  /** The name of the module with the handlers. */
  mainModule: pulumi.Input<string>;
  /** All modules, the main one included. */
  modules: Inputs<ScriptModule[]>;
  /** The compatibility date, such as `"2026-01-31"`. */
  compatibilityDate?: pulumi.Input<string>;
  /** The compatibility flags. */
  compatibilityFlags?: Inputs<string[]>;
  /** The bindings. One of the kind `inherit` takes over the binding of its name from the latest version. */
  bindings?: Inputs<ScriptBinding[]>;
  /**
   * The kinds of bindings that are taken over from the latest version where `bindings` has none of their name. `[]` takes
   * over nothing.
   * @default `["secret_text", "secret_key"]`, what `wrangler secret put` has set, as wrangler does
   */
  keepBindings?: Inputs<string[]>;
  /** Static assets. */
  assets?: Inputs<ScriptAssets>;
  /** What an invocation may use. */
  limits?: Inputs<ScriptLimits>;
  /** Where Cloudflare runs it. */
  placement?: Inputs<ScriptPlacement>;
  /** Whether Cloudflare caches what it answers, and shares the cache among versions. */
  cache?: Inputs<ScriptCache>;
  /**
   * All Durable Object migrations of the Worker, the oldest first. Those that the Worker has had are passed over; a
   * version that brings one cannot be released in stages.
   */
  migrations?: Inputs<ScriptMigration[]>;
  /**
   * What to do when a migration is still to come: fail in the preview, or deploy the version at 100 % at once.
   * @default "refuse"
   */
  whenMigrating?: pulumi.Input<"refuse" | "deployAtOnce">;
  /**
   * What Workers Observability records: a setting of the Worker, which holds for all its versions. A release needs it
   * enabled.
   * @default left as it is
   */
  observability?: Inputs<ScriptObservability>;
  /**
   * Workers that hear of every invocation: a setting of the Worker.
   * @default left as they are
   */
  tailConsumers?: Inputs<ScriptTailConsumer[]>;
  /**
   * Whether Logpush gets the Worker's events: a setting of the Worker.
   * @default left as it is
   */
  logpush?: pulumi.Input<boolean>;
  /**
   * Tags of the Worker.
   * @default left as they are
   */
  tags?: Inputs<string[]>;
  /** What the version says about itself. */
  annotations?: Inputs<{
    /** What is new. */
    message?: string;
    /** A name for it, such as a commit. */
    tag?: string;
  }>;
}

/**
 * A version of a Worker, uploaded without traffic; only the very first version of a new Worker is deployed at once. A
 * change of any input uploads a new version. Deleting it leaves the version where it is.
 */
export class ScriptVersion extends pulumi.dynamic.Resource {
  /** The id of the version, for {@link ReleaseArgs.versionId}. */
  declare readonly versionId: pulumi.Output<string>;
  /** Counts the Worker's versions, from 1; null where Cloudflare does not tell it. */
  declare readonly number: pulumi.Output<number | null>;
  /**
   * True where its upload gave it all traffic: the first version of a new Worker, and one with a Durable Object migration.
   * Its {@link Release} watches it through the last soak.
   */
  declare readonly deployed: pulumi.Output<boolean>;

  constructor(name: string, args: ScriptVersionArgs, options?: pulumi.CustomResourceOptions) {
    refuseOptions("ScriptVersion", name, options);
    const outputs = { versionId: undefined, number: undefined, deployed: undefined };
    const inputs = args.bindings === undefined ? args : { ...args, bindings: guarded(args.bindings) };
    // The provider learns from its inputs alone which resource it works for, so that it can tell something there.
    const urn = ownUrn(name, `${moduleName}:${typeName}`, options?.parent);
    super(
      shell("pulumi-workers-release/internal/scriptVersion"),
      name,
      { ...outputs, ...inputs, ...loadedFrom, __urn: urn },
      options,
      moduleName,
      typeName,
    );
  }
}

/**
 * Marks what is secret of bindings, so that the state holds it encrypted. Each binding by itself, and of one whose kind is
 * known its values alone: so a preview knows all but what is really unknown.
 */
export function guarded(bindings: Inputs<ScriptBinding[]>): pulumi.Input<unknown> {
  if (Array.isArray(bindings)) return bindings.map(guardedOne);
  return pulumi.output(bindings).apply((all) => all.map(guardedOne));
}

function guardedOne(binding: pulumi.Input<unknown>): pulumi.Input<unknown> {
  if (isPlain(binding)) return withSecrets(binding);
  const later: pulumi.Output<unknown> = pulumi.output(binding);
  return later.apply((known) => (isPlain(known) ? withSecrets(known) : known));
}

function withSecrets(binding: Plain): pulumi.Input<unknown> {
  if (!holdsSecret(binding.type)) return binding;
  const parts = Object.entries(binding).map(([key, value]) => [
    key,
    key === "type" || key === "name" ? value : pulumi.secret(value),
  ]);
  return Object.fromEntries(parts) as pulumi.Input<unknown>;
}

/** A binding of which the program says the kind itself. */
type Plain = Readonly<Record<string, unknown>> & { readonly type: string };

function isPlain(binding: unknown): binding is Plain {
  if (typeof binding !== "object" || binding === null || pulumi.Output.isInstance(binding)) return false;
  return "type" in binding && typeof binding.type === "string";
}
