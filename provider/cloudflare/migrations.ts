import { PortError } from "../rollout/ports";

/** One step of the Durable Object classes of a Worker. */
export interface Migration {
  readonly tag: string;
  readonly newSqliteClasses?: readonly string[] | undefined;
  readonly newClasses?: readonly string[] | undefined;
  readonly renamedClasses?: readonly { readonly from: string; readonly to: string }[] | undefined;
  readonly deletedClasses?: readonly string[] | undefined;
  readonly transferredClasses?:
    readonly { readonly from: string; readonly fromScript: string; readonly to: string }[] | undefined;
}

/** Migrations that a Worker does not have yet, and the tag that it has. */
export interface Pending {
  readonly from: string | undefined;
  readonly steps: readonly Migration[];
}

/**
 * Which of a Worker's migrations are still to come.
 *
 * @param tag the tag of the last migration that the Worker has; undefined for none
 * @throws {PortError} when the Worker has a tag that is not in the list
 */
export function pendingMigrations(all: readonly Migration[], tag: string | undefined): Pending | undefined {
  const last = all.findIndex((migration) => migration.tag === tag);
  if (tag !== undefined && last === -1 && all.length > 0) {
    const tags = all.map((migration) => `"${migration.tag}"`).join(", ");
    throw new PortError(
      "refused",
      `The Worker has the Durable Object migration "${tag}", which \`migrations\` does not list (it has ${tags}). ` +
        "List all migrations that the Worker has had, the oldest first.",
    );
  }
  const steps = all.slice(last + 1);
  return steps.length === 0 ? undefined : { from: tag, steps };
}

/** Pending migrations in the API's words. */
export function migrationMetadata({ from, steps }: Pending): Record<string, unknown> {
  return {
    ...(from !== undefined && { old_tag: from }),
    new_tag: steps.at(-1)?.tag,
    steps: steps.map((step) => ({
      new_sqlite_classes: step.newSqliteClasses,
      new_classes: step.newClasses,
      renamed_classes: step.renamedClasses,
      deleted_classes: step.deletedClasses,
      transferred_classes: step.transferredClasses?.map((one) => ({
        from: one.from,
        from_script: one.fromScript,
        to: one.to,
      })),
    })),
  };
}
