import * as pulumi from "@pulumi/pulumi";

/** The resources of this package. */
type Type = "Release" | "ScriptVersion";

/**
 * Refuses options that a resource of this package cannot have, in words: Pulumi's own errors about them name its
 * internals.
 *
 * @throws {pulumi.RunError} saying what to do instead
 */
export function refuseOptions(type: Type, name: string, options: pulumi.CustomResourceOptions = {}): void {
  const resource = `${type} "${name}"`;
  if (options.provider !== undefined) {
    throw new pulumi.RunError(
      `${resource} has the option \`provider\`, and can have none: this package carries it out itself. Leave the option ` +
        "out. The account comes from the input accountId, CLOUDFLARE_ACCOUNT_ID or workers-release:accountId; the token " +
        "from CLOUDFLARE_API_TOKEN or workers-release:apiToken.",
    );
  }
  if (options.id !== undefined) {
    throw new pulumi.RunError(
      `${resource} has the option \`id\`, and can have none: it reads no resource of another program. Leave the option out. ` +
        "What serves is told by `workers-release status`; another stack's outputs by a pulumi.StackReference.",
    );
  }
  if (options.import !== undefined) {
    throw new pulumi.RunError(
      `${resource} has the option \`import\`, and cannot be imported: Pulumi reads what carries it out from the state, ` +
        `where it is not yet. Leave the option out and let \`pulumi up\` create it. ${insteadOfImport[type]}`,
    );
  }
}

const insteadOfImport: Readonly<Record<Type, string>> = {
  Release:
    "A Release of the version that serves moves no traffic and completes at once; one that another stack has under way " +
    "is taken over with `takeOver`.",
  ScriptVersion:
    "It uploads a version of its own; one that exists is released by its id, without a ScriptVersion.",
};
