/** The options of worker(), checked, and what a thread is started with. Starts nothing. */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import { StatorError } from '../errors.ts'
import { toMs, type Duration } from '../messages/duration.ts'
import { systemClock, type Clock } from '../runtime/clock.ts'

/** Megabytes, or a number with a unit: '256mb', '1gb'. */
export type Memory = number | `${number}${'mb' | 'gb'}`

export interface WorkerOptions {
  /** What one thread may hold, 32 MB to 1 TB. Default '512mb'. See `worker()` for what counts. */
  memory?: Memory
  /** The export of the module that does the work. Default 'default'. */
  export?: string
  /** From the abort of `ctx.signal` until the thread is ended by force. Default 1 s; 0 gives it no time. */
  grace?: Duration
  /** The clock that measures; for tests. */
  host?: { readonly clock?: Clock }
}

export interface Settings {
  /** The URL of a file. */
  readonly module: string
  readonly export: string
  readonly bytes: number
  readonly grace: number
  readonly clock: Clock
}

const MB = 2 ** 20
const [LEAST, MOST] = [32, 2 ** 20]

const shape = z.strictObject({
  memory: z.union([z.number(), z.string()]).optional(),
  export: z.string().min(1).optional(),
  grace: z.union([z.number(), z.string()]).optional(),
  host: z.looseObject({}).optional(),
})

/** @throws StatorError DEFINITION_INVALID */
export function settingsOf(module: URL | string, options: WorkerOptions): Settings {
  const url = fileUrl(module)
  parse(shape, options, 'DEFINITION_INVALID', `options of worker ${url}`)
  return {
    module: url,
    export: options.export ?? 'default',
    bytes: megabytes(options.memory ?? 512) * MB,
    grace: toMs(options.grace ?? 1000, 'grace'),
    clock: options.host?.clock ?? systemClock,
  }
}

/** A path would be looked up from a folder that nobody meant. */
function fileUrl(module: unknown): string {
  const text = module instanceof URL ? module.href : module
  if (typeof text === 'string' && text.startsWith('file:') && URL.canParse(text)) return new URL(text).href
  throw new StatorError('DEFINITION_INVALID', {
    module: text,
    expected: 'the URL of a file, as in new URL("./resize.js", import.meta.url)',
  })
}

function megabytes(memory: Memory): number {
  const match = typeof memory === 'string' ? /^(\d+(?:\.\d+)?)(mb|gb)$/.exec(memory) : null
  const mb = typeof memory === 'number' ? memory : Number(match?.[1]) * (match?.[2] === 'gb' ? 1024 : 1)
  if (mb >= LEAST && mb <= MOST) return mb
  throw new StatorError('DEFINITION_INVALID', {
    memory,
    expected: "megabytes, or '256mb', '1gb'; 32 MB to 1 TB",
  })
}

const VALUED = ['--import', '--require', '-r', '--loader', '--experimental-loader', '--conditions', '-C']
const BARE = ['--no-warnings', '--enable-source-maps']

/**
 * The flags of Node for a thread: undefined, so that it has those of the process, but where one of them would keep it
 * from starting: --input-type is for code without a file. Then only what decides how modules load is handed on; what
 * is about the whole process holds for its threads anyway, and Node refuses it here.
 */
export function flagsFor(given: readonly string[]): string[] | undefined {
  if (!given.some(flag => flag === '--input-type' || flag.startsWith('--input-type='))) return undefined
  return given.flatMap((flag, index) => {
    const [name = ''] = flag.split('=', 1)
    if (BARE.includes(flag) || (flag.includes('=') && VALUED.includes(name))) return [flag]
    const value = given[index + 1]
    return VALUED.includes(flag) && value !== undefined ? [flag, value] : []
  })
}
