import { z } from "zod";

const className = z.string({ error: "the name of a class" });
const classNames = z.array(className, { error: "a list of names of classes" }).optional();
const tag = z.string({ error: 'a tag, such as "v1"' }).min(1, { error: 'a tag, such as "v1"' });

const migration = z.strictObject({
  tag,
  newSqliteClasses: classNames,
  newClasses: classNames,
  renamedClasses: z.array(z.strictObject({ from: className, to: className })).optional(),
  deletedClasses: classNames,
  transferredClasses: z
    .array(z.strictObject({ from: className, fromScript: z.string(), to: className }))
    .optional(),
});

/** All Durable Object migrations of a Worker, the oldest first, as wrangler's configuration lists them. */
export const migrationInputs = z
  .array(migration, { error: "a list of migrations, each with its `tag`" })
  .refine((all) => new Set(all.map((one) => one.tag)).size === all.length, {
    error: "migrations of different tags",
  });
