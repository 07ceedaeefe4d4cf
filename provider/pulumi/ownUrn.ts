import * as pulumi from "@pulumi/pulumi";

/**
 * The URN that a resource of this package will have. It is a promise and no output: an output would remember that it comes
 * from the parent, and what depends on a component waits for all of its children. Two of them that need each other, such
 * as a Release and its ScriptVersion, would wait forever.
 */
export function ownUrn(name: string, type: string, parent: pulumi.Resource | undefined): Promise<pulumi.URN> {
  return new Promise((resolve) => {
    pulumi.createUrn(name, `pulumi-nodejs:dynamic/${type}`, parent).apply(resolve);
  });
}
