import * as pulumi from "@pulumi/pulumi";

/**
 * Refuses options that a resource of this package cannot have, in words: Pulumi's own errors about them name its
 * internals.
 *
 * @param type the class, such as `Release`
 * @throws {pulumi.RunError} saying what to do instead
 */
export function refuseOptions(type: string, name: string, options: pulumi.CustomResourceOptions = {}): void {
  const resource = `${type} "${name}"`;
  if (options.provider !== undefined) {
    throw new pulumi.RunError(
      `${resource} has the option \`provider\`, and can have none: this package carries it out itself. Leave the option ` +
        "out. The account comes from the input accountId, CLOUDFLARE_ACCOUNT_ID or workers-release:accountId; the token " +
        "from CLOUDFLARE_API_TOKEN or workers-release:apiToken.",
    );
  }
  if (options.import !== undefined) {
    throw new pulumi.RunError(
      `${resource} has the option \`import\`, and cannot be imported: Pulumi reads what carries it out from the state, ` +
        "where it is not yet. Leave the option out and let `pulumi up` create it. A Release of the version that serves " +
        "moves no traffic and completes at once; one that another stack has under way is taken over with `takeOver`.",
    );
  }
}
