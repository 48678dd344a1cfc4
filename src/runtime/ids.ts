/**
 * Ids: the one source of new ids, for journals, runs and tasks that their user does not name. They rise with time (UUID version 7,
 * RFC 9562), so that what is stored by address grows at its end: random ones made a queue of a million twice as slow as it filled.
 */
import { v7 } from 'uuid'

export type NewId = () => string

export const randomIds: NewId = () => v7()
