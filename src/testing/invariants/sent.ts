/** Sent: a message as whoever sent it meant it. Nothing here may be taken from the runtime. */
import type { Json } from '../../messages/json.ts'

/** Without the result that the hub has put in, where it says so. */
export function sentOf({ data, stamp }: { readonly data: Json; readonly stamp?: Json }): Json {
  if (stamp === undefined || stamp === null || data === null || !('from' in (stamp as object))) return data
  const { output: _, ...sent } = data as Readonly<Record<string, Json>>
  return sent
}
