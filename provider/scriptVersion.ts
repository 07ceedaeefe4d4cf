import * as pulumi from "@pulumi/pulumi";
import type { Inputs } from "./inputs";
import { holdsSecret } from "./cloudflare/upload";
import { loadedFrom, shell } from "./pulumi/shell";

/** A file of a Worker. */
export interface ScriptModule {
  /** Its name, as other modules import it: `"index.mjs"`. */
  name: string;
  /** Its text. Either this or `contentFile`. */
  content?: string;
  /** The path of a file with its content, from the program's directory. Either this or `content`. */
  contentFile?: string;
  /**
   * Its media type.
   * @default by the extension of `name`: `.js` and `.mjs` are `application/javascript+module`
   */
  contentType?: string;
}

/** A binding, in the shape of Cloudflare's upload metadata: `{ type: "plain_text", name: "GREETING", text: "hello" }`. */
export interface ScriptBinding {
  /** The kind of binding: `plain_text`, `secret_text`, `json`, `version_metadata`, … */
  type: string;
  /** What the Worker knows it by. */
  name: string;
  /** The value of a `plain_text` or a `secret_text`. Secrets are kept encrypted in the state. */
  text?: string;
  /** The value of a `secret_key`, a secret as well: in base 64, for a `format` other than `jwk`. */
  key_base64?: string;
  /** The value of a `secret_key` whose `format` is `jwk`. */
  key_jwk?: unknown;
  /** How a `secret_key` is written: `raw`, `pkcs8`, `spki` or `jwk`. */
  format?: string;
  /** What a `secret_key` is imported for, as the Web Crypto API has it. */
  algorithm?: unknown;
  usages?: string[];
  /** The value of a `json`. */
  json?: unknown;
}

/** The inputs of a {@link ScriptVersion}, named like those of Cloudflare's `WorkerVersion`. */
export interface ScriptVersionArgs {
  /**
   * The account the Worker belongs to, 32 hexadecimal digits.
   * @default the environment variable `CLOUDFLARE_ACCOUNT_ID`, else the stack's `cloudflare:accountId`
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
  /** The bindings. */
  bindings?: Inputs<ScriptBinding[]>;
  /**
   * What Workers Observability records: a setting of the Worker, which holds for all its versions. A release needs it
   * enabled. `headSamplingRate` is from 0 to 1, default 1.
   * @default left as it is
   */
  observability?: Inputs<{ enabled: boolean; headSamplingRate?: number }>;
  /** What the version says about itself. */
  annotations?: Inputs<{ message?: string; tag?: string }>;
}

/**
 * A version of a Worker, uploaded without traffic; only the very first version of a new Worker is deployed at once. A
 * change of any input uploads a new version. Deleting it leaves the version where it is.
 */
export class ScriptVersion extends pulumi.dynamic.Resource {
  /** The id of the version, for {@link ReleaseArgs.versionId}. */
  declare readonly versionId: pulumi.Output<string>;
  /** Counts the Worker's versions, from 1. */
  declare readonly number: pulumi.Output<number | undefined>;
  /** True for the first version of a new Worker, which gets all traffic by its upload. */
  declare readonly deployed: pulumi.Output<boolean>;

  constructor(name: string, args: ScriptVersionArgs, options?: pulumi.CustomResourceOptions) {
    const outputs = { versionId: undefined, number: undefined, deployed: undefined };
    const inputs = args.bindings === undefined ? args : { ...args, bindings: guarded(args.bindings) };
    super(
      shell("pulumi-workers-release/internal/scriptVersion"),
      name,
      { ...outputs, ...inputs, ...loadedFrom },
      options,
      "workers-release",
      "ScriptVersion",
    );
  }
}

/** Bindings with a secret among them are one secret: the state holds them encrypted. */
export function guarded(bindings: Inputs<ScriptBinding[]>): pulumi.Output<unknown> {
  return pulumi
    .output(bindings)
    .apply((all) => (all.some(({ type }) => holdsSecret(type)) ? pulumi.secret(all) : pulumi.output(all)));
}
