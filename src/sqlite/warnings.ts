/** Warnings: what an owner of a journal should know of the SQLite that Node brings. Pure. */
import { ERRORS } from '../errors.ts'

/** The first version without the bug in resetting the write-ahead log. */
const SOUND = [3, 51, 3] as const

/** `version` is that of the SQLite in use, such as '3.51.3'; an unknown one warns of nothing. */
export function warningsFor(version: string | undefined): { code: string; message: string }[] {
  const parts = version?.split('.').map(Number) ?? []
  const index = SOUND.findIndex((part, i) => part !== (parts[i] ?? part))
  if (index < 0 || (parts[index] ?? 0) > (SOUND[index] ?? 0)) return []
  const { message, next } = ERRORS.SQLITE_OLD
  return [{ code: 'SQLITE_OLD', message: `${message} ${next}` }]
}
