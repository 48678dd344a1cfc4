/** Ids: the one source of new ids, for journals, runs and tasks that their user does not name. */
import { randomUUID } from 'node:crypto'

export type NewId = () => string

export const randomIds: NewId = () => randomUUID()
