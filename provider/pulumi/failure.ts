/**
 * A failure that Pulumi remembers: thrown from `create` or `update`, it makes the engine report every reason, exit with
 * 1 and still keep the id and the properties. The engine reads plain properties of the error, which a subclass would
 * not survive as; `__provider` must be among the properties, or a later refresh could not find the provider.
 */
export function rememberedFailure(id: string, properties: Record<string, unknown>, reasons: string[]): Error {
  return Object.assign(new Error(reasons.join(" ")), { id, properties, reasons });
}
