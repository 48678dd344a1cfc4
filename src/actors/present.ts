/** Present: of some values, those that are there. A flow, like a message, is JSON, which has no word for nothing. Pure. */

export function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
