/**
 * The SQLite journal: opening, ownership and the order in which the parts of this folder are called. After a
 * commit that failed it only reads: what is on disk is then known by a new opening alone. Holds no SQL.
 */
import { statSync } from 'node:fs'
import { StatorError } from '../errors.ts'
import type { Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type {
  Batch,
  CachedResult,
  Checkpoint,
  CheckpointFilter,
  HistoryFilter,
  Journal,
  JournalState,
  KeyRecord,
  OpenOptions,
  PendingMessage,
  PruneOptions,
  Standing,
  SubResult,
} from '../runtime/journal.ts'
import { checkWhole } from '../runtime/origin.ts'
import type { JournalRecord } from '../runtime/record.ts'
import { BLOCK } from './blocks.ts'
import { Connection } from './connection.ts'
import { damaged, failed, translated } from './failure.ts'
import { newMeta, writeMeta } from './meta.ts'
import { own, place, type Ownership } from './owner.ts'
import { drop, erase, forget, reclaim } from './prune.ts'
import { Reads } from './reads.ts'
import { Reserve } from './reserve.ts'
import { checkSchema, identify, migrate, MIGRATIONS, type Migration } from './schema.ts'
import { readOrigin, writeOrigin } from './tables.ts'
import { verifyTail } from './verify.ts'
import { lostCommits, lostFile } from './wal.ts'
import { warningsFor } from './warnings.ts'
import { Writer } from './writer.ts'

/** Bytes that every SQLite file begins with. */
const HEADER = 100

export type Durability = 'full' | 'normal'

/** What tests set and users do not. */
export interface Tuning {
  readonly durability: Durability
  /** Records in a block of the index. */
  readonly block: number
  /** Rows in one transaction of a prune. */
  readonly chunk: number
  readonly migrations: readonly Migration[]
  /** Statements run on the open connection, such as a limit on the size of the file. */
  readonly settings: string
}

export const TUNING: Tuning = {
  durability: 'full',
  block: BLOCK,
  chunk: 1000,
  migrations: MIGRATIONS,
  settings: '',
}

interface Opened {
  readonly owner: Ownership
  readonly connection: Connection
  readonly reads: Reads
  readonly reserve: Reserve
  readonly writer: Writer
}

export class SqliteJournal implements Journal {
  readonly label: string
  readonly #path: string
  readonly #tuning: Tuning
  #opened: Opened | null = null
  /** The tail as it was just verified: recovery need not read it again. */
  #verified: readonly JournalRecord[] = []
  #failed = false

  constructor(path: string, tuning: Tuning) {
    this.#path = path
    this.#tuning = tuning
    this.label = `sqlite ${tuning.durability}`
  }

  /** Rows of records fetched since it was opened, for tests that hold queries to reading little. */
  get fetched(): number {
    return this.#use().reads.records.fetched
  }

  open(options: OpenOptions): JournalState {
    const file = place(this.#path)
    const owner = own(file)
    let connection: Connection | undefined
    try {
      const { size } = statSync(file)
      // SQLite takes a file of one byte for an empty one.
      if (size > 0 && size < HEADER) throw damaged(0, 'too short for a journal')
      if (lostFile(file, size)) throw damaged(0, 'the file is empty, its log is not')
      const lost = lostCommits(file)
      connection = new Connection(file, { readOnly: false })
      this.#prepare(connection, options)
      const reads = new Reads(connection, this.#tuning.block)
      const reserve = new Reserve(file)
      const writer = this.#writer(reads, reserve, lost)
      const origin = readOrigin(connection)
      if (options.begin === undefined) checkWhole(origin, writer.last.seq)
      this.#opened = { owner, connection, reads, reserve, writer }
      this.#failed = false
      const { id, tailAfter, anchorSeq, clean } = writer.meta
      return {
        id,
        last: writer.last,
        tailAfter,
        anchor: anchorSeq,
        clean: clean === 1,
        origin,
        warnings: warningsFor(process.versions['sqlite']),
      }
    } catch (error) {
      connection?.close()
      owner.release()
      throw translated(error, 0)
    }
  }

  standing(): Standing {
    return this.#use().reads.standing()
  }

  commit(batch: Batch): void {
    const { writer } = this.#writable()
    this.#verified = []
    this.#guard(() => writer.commit(batch))
  }

  read(options: { after: number; limit: number }): JournalRecord[] {
    const { reads } = this.#use()
    const from = options.after - (this.#verified[0]?.seq ?? Number.POSITIVE_INFINITY) + 1
    if (from < 0) return reads.read(options)
    const page = this.#verified.slice(from, from + options.limit)
    if (page.length < options.limit) this.#verified = []
    return page
  }

  get(seq: number): JournalRecord | undefined {
    return this.#use().reads.get(seq)
  }

  query(filter: HistoryFilter): Signal[] {
    return this.#use().reads.query(filter)
  }

  checkpoint(address: Address): Checkpoint | undefined {
    return this.#use().reads.checkpoint(address)
  }

  *checkpoints(filter: CheckpointFilter): Iterable<Checkpoint> {
    yield* this.#use().reads.checkpoints(filter)
  }

  pending(): PendingMessage[] {
    return this.#use().reads.pending()
  }

  results(owner: Address): SubResult[] {
    return this.#use().reads.results(owner)
  }

  key(sender: Address, key: string): KeyRecord | undefined {
    return this.#use().reads.key(sender, key)
  }

  keys(): Iterable<KeyRecord> {
    return this.#use().reads.keys()
  }

  cached(key: string): CachedResult | undefined {
    return this.#use().reads.cached(key)
  }

  kept(): Iterable<CachedResult> {
    return this.#use().reads.kept()
  }

  prune(options: PruneOptions): void {
    const { connection, reads, reserve, writer } = this.#writable()
    this.#verified = []
    const { chunk } = this.#tuning
    this.#guard(() => {
      erase(reads, reads.bounds(), options.correlationIds, chunk)
      const dropTo = Math.min(options.dropTo, writer.meta.tailAfter)
      drop(reads, writer.meta, dropTo, chunk, meta => writeMeta(connection, meta))
      writer.meta = reads.meta()
      forget(reads, options.now, chunk)
      reclaim(reads)
      reserve.cut()
    })
  }

  verify(): { readonly firstBad: number } | null {
    return this.#use().reads.verify()
  }

  close(): void {
    const opened = this.#opened
    if (opened === null) return
    this.#opened = null
    this.#verified = []
    try {
      if (!this.#failed) opened.writer.settle()
    } catch {
      // What was committed is on disk; closing must free the journal whatever else happens.
    } finally {
      opened.reserve.close()
      try {
        // The last connection copies the log into the file and removes it.
        opened.connection.close()
      } finally {
        opened.owner.release()
      }
    }
  }

  #prepare(connection: Connection, { newId, begin }: OpenOptions): void {
    const { durability, migrations } = this.#tuning
    const fresh = identify(connection.db, migrations)
    if (begin !== undefined && !fresh) throw new StatorError('JOURNAL_USED', { journal: this.#path })
    connection.configure({ fresh, durability })
    migrate(connection.db, migrations, () => {
      const anchor = begin?.anchor ?? { seq: 0, at: 0, sum: 0 }
      writeMeta(connection, newMeta(newId(), durability === 'full' ? 1 : 0, anchor))
      if (begin !== undefined) writeOrigin(connection, begin.origin)
    })
    checkSchema(connection.db, migrations)
    connection.db.exec(this.#tuning.settings)
  }

  #writer(reads: Reads, reserve: Reserve, lost: boolean): Writer {
    const meta = reads.meta()
    const { records, last } = verifyTail(reads, meta)
    this.#verified = records
    if (lost && meta.full === 1) throw damaged(last.seq + 1, 'commits in the log cannot be reached')
    const full = this.#tuning.durability === 'full' ? 1 : 0
    const current = { ...meta, full }
    if (meta.full !== full) reads.connection.transaction(() => writeMeta(reads.connection, current))
    const writer = new Writer(reads, reserve, current, last)
    reads.tail = () => writer.tail()
    reads.known = () => writer.bounds()
    return writer
  }

  /** After an error nothing more is written. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#failed = true
      if (this.#opened !== null) {
        this.#opened.reads.tail = null
        this.#opened.reads.known = null
      }
      throw failed(error)
    }
  }

  #use(): Opened {
    if (this.#opened === null) throw new StatorError('JOURNAL_CLOSED', { journal: this.label })
    return this.#opened
  }

  #writable(): Opened {
    const opened = this.#use()
    if (this.#failed) throw new StatorError('JOURNAL_FAILED', { reason: 'an earlier commit failed' })
    return opened
  }
}
