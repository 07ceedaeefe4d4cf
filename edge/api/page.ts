import type { Context } from "hono";

/** Cloudflare's page size where none is asked for. */
const PER_PAGE = 10;
const PER_PAGE_LIMIT = 100;

/** A page of a list, and what `result_info` says about it. */
export interface Page<T> {
  readonly items: T[];
  readonly info: Record<"page" | "per_page" | "count" | "total_count" | "total_pages", number>;
}

/** How long a list's pages are. */
interface Sizes {
  /** Where none is asked for. */
  readonly perPage: number;
  readonly most: number;
}

/** The page that the query's `page` and `per_page` ask for. */
export function pageOf<T>(
  context: Context,
  all: readonly T[],
  { perPage: usual, most }: Sizes = { perPage: PER_PAGE, most: PER_PAGE_LIMIT },
): Page<T> {
  const page = positive(context.req.query("page"), 1);
  const perPage = Math.min(positive(context.req.query("per_page"), usual), most);
  return pageAt(page, perPage, all);
}

/** The first ten of a list, whatever the query asks for. */
export function firstPage<T>(all: readonly T[]): Page<T> {
  return pageAt(1, PER_PAGE, all);
}

function pageAt<T>(page: number, perPage: number, all: readonly T[]): Page<T> {
  const items = all.slice((page - 1) * perPage, page * perPage);
  return {
    items,
    info: {
      page,
      per_page: perPage,
      count: items.length,
      total_count: all.length,
      total_pages: Math.ceil(all.length / perPage),
    },
  };
}

function positive(text: string | undefined, otherwise: number): number {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : otherwise;
}
