import { randomBytes } from "node:crypto";
import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import type { DurableObjectClass, DurableObjects } from "./types";

const classNames = z.array(z.string().min(1)).nullish();

const step = z.strictObject({
  new_classes: classNames,
  new_sqlite_classes: classNames,
  deleted_classes: classNames,
  renamed_classes: z.array(z.strictObject({ from: z.string(), to: z.string() })).nullish(),
});

/** Durable Object migrations as an upload gives them: one step, or several. */
export const migrations = step.extend({
  old_tag: z.string().nullish(),
  new_tag: z.string().nullish(),
  steps: z.array(step).nullish(),
});

export type Migrations = z.infer<typeof migrations>;
type Step = z.infer<typeof step>;

/** A script that no migration was applied to. */
export const NO_DURABLE_OBJECTS: DurableObjects = { classes: [] };

/** The script's classes after the migrations. */
export function migrated(before: DurableObjects, wish: Migrations | null | undefined): DurableObjects {
  if (!wish) return before;
  const { old_tag: oldTag, new_tag: newTag, steps, ...single } = wish;
  if ((oldTag ?? undefined) !== before.tag) {
    throw new ApiError(
      412,
      CODES.migrationTag,
      `Migration tag precondition failed; current tag is '${before.tag ?? ""}'.`,
    );
  }
  const classes = (steps ?? [single]).reduce(afterStep, before.classes);
  return { tag: newTag ?? before.tag, classes };
}

/** Whether the migrations would change anything of the script. */
export function wouldMigrate(before: DurableObjects, wish: Migrations | null | undefined): boolean {
  if (!wish) return false;
  const { new_tag: newTag, steps, ...single } = wish;
  return (newTag ?? before.tag) !== before.tag || (steps ?? [single]).some(hasClasses);
}

function hasClasses({ new_classes, new_sqlite_classes, deleted_classes, renamed_classes }: Step): boolean {
  return [new_classes, new_sqlite_classes, deleted_classes, renamed_classes].some((list) => list?.length);
}

function afterStep(classes: readonly DurableObjectClass[], step: Step): readonly DurableObjectClass[] {
  const deleted = new Set(step.deleted_classes);
  for (const name of deleted) mustExist(classes, name, "deleted_classes");
  const left = classes.filter(({ className }) => !deleted.has(className));
  const renamed = (step.renamed_classes ?? []).reduce(afterRename, left);
  const withKv = (step.new_classes ?? []).reduce(afterCreation("legacy-kv"), renamed);
  return (step.new_sqlite_classes ?? []).reduce(afterCreation("sqlite"), withKv);
}

function afterRename(
  classes: readonly DurableObjectClass[],
  { from, to }: { from: string; to: string },
): readonly DurableObjectClass[] {
  mustExist(classes, from, "renamed_classes");
  mustBeNew(classes, to);
  return classes.map((one) => (one.className === from ? { ...one, className: to } : one));
}

function afterCreation(storage: DurableObjectClass["storage"]) {
  return (classes: readonly DurableObjectClass[], className: string): readonly DurableObjectClass[] => {
    mustBeNew(classes, className);
    return [...classes, { className, storage, namespaceId: randomBytes(16).toString("hex") }];
  };
}

function mustBeNew(classes: readonly DurableObjectClass[], name: string): void {
  if (!classes.some(({ className }) => className === name)) return;
  throw new ApiError(
    400,
    CODES.classInUse,
    `Cannot apply new-class migration to class '${name}' that is already depended on by existing Durable Objects.`,
  );
}

function mustExist(classes: readonly DurableObjectClass[], name: string, field: string): void {
  if (classes.some(({ className }) => className === name)) return;
  const found = classes.map(({ className }) => className).join(", ") || "none";
  throw new ApiError(
    400,
    CODES.invalidScript,
    `metadata.migrations.${field} names the class '${name}', which this Worker does not have. It has: ${found}.`,
  );
}
