/**
 * The other end of a Session: the first module of a worker's thread. Loads the user's module, gives its function a ctx, and
 * sends what comes of it. Knows nothing of the hub; the session is its only partner, and ends it.
 */
import { inspect } from 'node:util'
import { workerData } from 'node:worker_threads'
import type { Logger } from '../actors/task-context.ts'
import { StatorError } from '../errors.ts'
import type { WorkerContext, WorkerHandler } from './context.ts'
import { errorOf, thrownOf, type Level, type Order, type Said, type Told } from './protocol.ts'

/** More than these the hub is not sent before it has taken some: a thread that talks in a loop waits, not the hub. */
const MOST_UNDER_WAY = 64

/** Node's words for a module that it cannot load, however often one tries. */
const UNLOADABLE = new Set([
  'ERR_MODULE_NOT_FOUND',
  'MODULE_NOT_FOUND',
  'ERR_UNKNOWN_FILE_EXTENSION',
  'ERR_UNSUPPORTED_DIR_IMPORT',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_INVALID_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
])

interface Step {
  readonly fn: (key: string) => unknown
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  /** What fn threw in this thread: who waits for it gets that very error back. */
  thrown?: { readonly error: unknown }
}

const order = workerData as Order
const { port, underWay } = order
const controller = new AbortController()
const steps = new Map<number, Step>()
let lastStep = 0

/** @throws DataCloneError */
function send(said: Said): void {
  for (let count = Atomics.load(underWay, 0); count >= MOST_UNDER_WAY; count = Atomics.load(underWay, 0))
    Atomics.wait(underWay, 0, count)
  Atomics.add(underWay, 0, 1)
  try {
    port.postMessage(said, [])
  } catch (error) {
    Atomics.sub(underWay, 0, 1)
    throw error
  }
}

/** What cannot be copied is no JSON either; so says the hub of such a value. */
function notJson(what: string, error: unknown): StatorError {
  return new StatorError('NOT_JSON', { task: order.task, what, reason: thrownOf(error).message })
}

function fail(error: unknown): void {
  send({ type: 'failed', error: thrownOf(error) })
}

function progress(percent: number, note?: string): void {
  // Past the types anything may come, also what cannot be copied.
  if (Number.isFinite(percent))
    send({ type: 'progress', percent, note: typeof note === 'string' ? note : undefined })
}

async function step<T>(name: string, fn: (key: string) => Promise<T> | T): Promise<T> {
  if (typeof name !== 'string')
    throw new StatorError('INPUT_INVALID', { task: order.task, name, expected: '1 to 200 characters' })
  const result = await new Promise<unknown>((resolve, reject) => {
    lastStep += 1
    steps.set(lastStep, { fn, resolve, reject })
    send({ type: 'do', step: lastStep, name })
  })
  return result as T
}

async function runStep(number: number, key: string): Promise<void> {
  const known = steps.get(number)
  if (known === undefined) return
  try {
    const value = await known.fn(key)
    try {
      send({ type: 'ran', step: number, value })
    } catch (error) {
      throw notJson('result of a sub-step', error)
    }
  } catch (error) {
    known.thrown = { error }
    send({ type: 'threw', step: number, error: thrownOf(error) })
  }
}

function log(level: Level): Logger['info'] {
  return (details, message) => {
    try {
      send({ type: 'log', level, details, message })
    } catch {
      send({ type: 'log', level, details: { details: inspect(details) }, message: String(message ?? '') })
    }
  }
}

const ctx: WorkerContext = {
  task: order.task,
  agent: order.agent,
  attempt: order.attempt,
  idempotencyKey: order.idempotencyKey,
  metadata: order.metadata,
  signal: controller.signal,
  progress,
  heartbeat: () => send({ type: 'heartbeat' }),
  do: (name, fn) => {
    const result = step(name, fn)
    // As in the hub's thread: who does not wait for it is not ended by its rejection.
    result.catch(() => {})
    return result
  },
  log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
}

function hear(told: Told): void {
  if (told.type === 'abort') controller.abort(errorOf(told.reason))
  else if (told.type === 'run') void runStep(told.step, told.key)
  else {
    const known = steps.get(told.step)
    steps.delete(told.step)
    if (told.type === 'recorded') known?.resolve(told.value)
    else known?.reject(known.thrown === undefined ? errorOf(told.error) : known.thrown.error)
  }
}

/** The function of the module, or why there is none. */
async function load(): Promise<WorkerHandler | string> {
  try {
    const loaded = (await import(order.module)) as Record<string, unknown>
    const found = loaded[order.export]
    if (typeof found === 'function') return found as WorkerHandler
    return `its export ${order.export} is no function; it exports: ${Object.keys(loaded).join(', ') || 'nothing'}`
  } catch (error) {
    const { name, code, message } = thrownOf(error)
    if (name === 'SyntaxError' || UNLOADABLE.has(code)) return message
    throw error
  }
}

async function main(): Promise<void> {
  const work = await load()
  if (typeof work === 'string') {
    send({ type: 'invalid', reason: work })
    return
  }
  const output = await work(order.input, ctx)
  try {
    send({ type: 'done', output })
  } catch (error) {
    throw notJson('output', error)
  }
}

process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)
port.on('message', hear)
send({ type: 'ready' })
main().catch(fail)
