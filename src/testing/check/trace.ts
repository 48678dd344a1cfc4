/**
 * Trace: a simulated run as a readable sequence: what was asked, what became durable, what happened outside, where processes died, and
 * where a promise broke. Text only; it judges nothing.
 */
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { EffectFault } from '../world/effect.ts'
import type { Watcher } from '../host/watcher.ts'

/** Longer values say nothing more to a reader. */
const CLIP = 100
/** Of a long run, its beginning and its end. */
const MOST_LINES = 200

const POINTS: Readonly<Record<string, string>> = {
  before: 'the process dies before it writes',
  lost: 'the process dies; what it wrote was not synced, and is lost',
  torn: 'the process dies; what it wrote was not synced, and is torn',
  kept: 'the process dies; what it wrote was not synced, and is kept all the same',
  synced: 'the process dies; what it wrote is synced, and nobody was told',
  acknowledged: 'the process dies just after it told everybody',
  refused: 'the disk refuses to write; the runtime stops, and is started again',
}

const WRONGS: Readonly<Record<EffectFault, string>> = {
  fail: 'it refuses the call',
  lost: 'its answer is lost',
  timeout: 'its answer comes after the timeout',
  hang: 'it never answers',
  twice: 'the request arrives twice',
  slow: 'it takes long',
}

export class Trace {
  readonly lines: string[] = []
  readonly watcher: Watcher
  #began = 0
  #now = 0

  constructor() {
    this.watcher = {
      starting: life => {
        this.#now = life.clock.now()
        this.#began ||= this.#now
        this.#say('──', `process ${life.number} starts`)
      },
      durable: ({ signals }, life) => {
        this.#now = life.clock.now()
        for (const signal of signals) if (isTold(signal)) this.#say(`#${signal.seq}`, wordsOf(signal))
      },
      outside: ({ at, what, task, value, attempt, key }) => {
        this.#now = at
        if (what === 'effect') this.#say('→', `${task} takes effect, for ${shortKey(key)}: ${clip(value)}`)
        else if (what === 'call') this.#say('·', `${task} is called, for ${shortKey(key)}: ${clip(value)}`)
        else if (what === 'fault') this.#say('✗', `${task}: ${WRONGS[value as EffectFault]}`)
        else if (what === 'start') this.#say('·', `handler of ${task} begins, attempt ${attempt}`)
        else if (what === 'error') this.#say('·', `handler of ${task} throws ${cut(value as string)}`)
        else if (what === 'sub')
          this.#say('·', `sub-step ${key.slice(key.lastIndexOf('/') + 1)} of ${task} runs`)
      },
      crashed: ({ write, point }, life) => {
        this.#now = life.clock.now()
        this.#say('✗✗', `${POINTS[point] ?? point} (write ${write})`)
      },
      broken: error => this.#say('!!', `${error.message}   ← here it breaks, at position ${error.position}`),
    }
  }

  /** Up to the place where it broke, if it did. */
  toString(): string {
    const end = this.lines.findIndex(line => line.includes('← here it breaks'))
    const shown = end < 0 ? this.lines : this.lines.slice(0, end + 1)
    if (shown.length <= MOST_LINES) return shown.join('\n')
    const half = MOST_LINES / 2
    const left = shown.length - MOST_LINES
    return [...shown.slice(0, half), `  … ${left} lines …`, ...shown.slice(-half)].join('\n')
  }

  #say(mark: string, words: string): void {
    const seconds = ((this.#now - this.#began) / 1_000).toFixed(3)
    this.lines.push(`${seconds.padStart(10)}  ${mark.padEnd(5)} ${words}`)
  }
}

/** What agents are told of their load, and the hub of its life, explains nothing. */
function isTold({ to, type }: Signal): boolean {
  if (to.startsWith('agent/')) return type === 'agent.pause' || type === 'agent.resume'
  return !to.startsWith('system/')
}

function wordsOf({ to, type, from, fromState, toState, refused, data }: Signal): string {
  if (refused !== null) return `${to} refuses ${type} from ${from}: ${refused.code}`
  const moved = fromState === toState ? (toState ?? '') : `${fromState ?? 'new'} ⇒ ${toState ?? ''}`
  const { error, input } = (data ?? {}) as { error?: { message: string }; input?: Json }
  const why =
    error === undefined ? (input === undefined ? '' : `, input ${clip(input)}`) : `: ${error.message}`
  return `${to} ${moved} (${type}${why})`
}

/** The journal's own id says nothing to a reader. */
const shortKey = (key: string): string => key.slice(key.indexOf('/') + 1)

const clip = (value: Json): string => cut(JSON.stringify(value))

const cut = (text: string): string => (text.length > CLIP ? `${text.slice(0, CLIP)}…` : text)
