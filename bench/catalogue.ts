/**
 * Catalogue: the workloads, and for each its cases and limits. Data only; what a case does is in its program. The first limit of a
 * workload is the one that its figures are divided by.
 */
import type { Case } from './case.ts'
import type { ProgramName } from './programs.ts'

export interface Workload {
  readonly name: string
  readonly what: string
  /** It takes longer than all others together: it is measured where it is named, and only there. */
  readonly long?: true
  readonly cases: (scale: number) => readonly Case[]
}

const XSTATE_ACTORS = 'raw-xstate-actor-per-step'
const XSTATE_MACHINES = 'raw-xstate-machine-per-workflow'
const SQLITE = 'raw-sqlite'
const GRAPH = 'generic-graph'
const XSTATE = 'xstate-transition'

/** The limits keep everything in one file, fsynced, or nothing at all. */
const limit = (
  workload: string,
  name: string,
  size: string,
  n: number,
  mode: 'chain' | 'fan-out' | 'queue' | 'growth',
): Case => ({
  workload,
  limit: name,
  subject: `limit ${name}`,
  size,
  program: name === SQLITE ? `limits/sqlite-${mode}` : `limits/xstate-${mode}`,
  params: { n, journal: 'memory', mode: name === XSTATE_MACHINES ? 'machines' : 'actors' },
})

const sqliteLimit = (workload: string, program: ProgramName, size: string, n: number, mode = ''): Case => ({
  workload,
  limit: SQLITE,
  subject: `limit ${SQLITE}`,
  size,
  program,
  params: { n, journal: 'sqlite', mode },
})

const SUBJECTS = { sqlite: 'sqlite full', memory: 'memory' } as const

const stator = (
  workload: string,
  journal: 'sqlite' | 'memory',
  program: ProgramName,
  size: string,
  n: number,
  mode = '',
): Case => ({
  workload,
  subject: SUBJECTS[journal],
  size,
  program,
  params: { n, journal, mode },
})

const compiled = (...args: Parameters<typeof stator>): Case => ({ ...stator(...args), sort: 'compiled' })

const both = (workload: string, program: ProgramName, size: string, n: number): Case[] =>
  (['sqlite', 'memory'] as const).map(journal => compiled(workload, journal, program, size, n))

/** The same workflow as data, on the generic machine of graphs: what a compiled one must not cost much more than. */
const graphLimit = (of: Case): Case => ({
  ...of,
  limit: GRAPH,
  of: of.subject,
  subject: `limit ${GRAPH}`,
  sort: of.subject,
  params: { ...of.params, mode: 'graph' },
})

const scaled = (n: number, scale: number): number => Math.max(10, Math.round(n * scale))

const chain: Workload = {
  name: 'W1',
  what: 'durable chain: workflows of 10 sequential no-op steps, 100 in flight',
  cases: scale =>
    [...new Set([1_000, 10_000].map(full => scaled(full, scale)))].flatMap(n => {
      const size = `n=${n}`
      return [
        ...both('W1', 'programs/chain', size, n),
        limit('W1', XSTATE_ACTORS, size, n, 'chain'),
        limit('W1', XSTATE_MACHINES, size, n, 'chain'),
        limit('W1', SQLITE, size, n, 'chain'),
        ...both('W1', 'programs/chain', size, n).map(graphLimit),
      ]
    }),
}

const fanOut: Workload = {
  name: 'W2',
  what: 'fan-out: one workflow, 1,000 parallel no-op tasks, join',
  cases: scale => {
    const n = scaled(1_000, scale)
    const size = `n=${n}`
    return [
      ...both('W2', 'programs/fan-out', size, n),
      limit('W2', XSTATE_ACTORS, size, n, 'fan-out'),
      limit('W2', SQLITE, size, n, 'fan-out'),
      ...both('W2', 'programs/fan-out', size, n).map(graphLimit),
    ]
  },
}

/** What else is asked of the queue, in words. */
const QUEUE_VARIANTS = {
  enqueue: () => 'enqueue only',
  'half-load': () => 'half load',
  crowd: (n: number) => `${Math.ceil(n / 2)} agents`,
}

const queue: Workload = {
  name: 'W3',
  what: 'queue: 20,000 no-op jobs of four priorities, 10 workers',
  cases: scale => {
    const n = scaled(20_000, scale)
    const size = `n=${n}`
    return [
      stator('W3', 'sqlite', 'programs/queue', size, n),
      stator('W3', 'memory', 'programs/queue', size, n),
      limit('W3', SQLITE, size, n, 'queue'),
      limit('W3', XSTATE_ACTORS, size, n, 'queue'),
      ...(['enqueue', 'half-load', 'crowd'] as const).flatMap(mode => {
        const sized = `${QUEUE_VARIANTS[mode](n)}, ${size}`
        return [
          stator('W3', 'sqlite', `programs/${mode}`, sized, n),
          sqliteLimit('W3', `limits/sqlite-${mode}`, sized, n),
        ]
      }),
    ]
  },
}

const growth: Workload = {
  name: 'W5',
  what: 'growth: one workflow of 10 to 5,000 steps, alone',
  // The longest chain; the shorter ones are measured in the same process. The ratio to 100 needs at least those.
  cases: scale => {
    const n = Math.max(100, Math.round(5_000 * scale))
    return [
      compiled('W5', 'sqlite', 'programs/growth', '', n),
      limit('W5', SQLITE, '', n, 'growth'),
      limit('W5', XSTATE_MACHINES, '', n, 'growth'),
      graphLimit(compiled('W5', 'sqlite', 'programs/growth', '', n)),
    ]
  },
}

const recovery: Workload = {
  name: 'W6',
  what: 'recovery: 1,000 workflows of 10 steps, SIGKILL, restart to all done',
  cases: scale =>
    ['hold', 'mid'].flatMap(mode => {
      const n = scaled(1_000, scale)
      const size = `${mode}, n=${n}`
      return [
        { ...stator('W6', 'sqlite', 'programs/recovery', size, n, mode), sort: 'compiled' },
        sqliteLimit('W6', 'limits/sqlite-recovery', size, n, mode),
      ]
    }),
}

const memory: Workload = {
  name: 'W7',
  what: 'memory: resident set with 100,000 idle actors, garbage collected',
  cases: scale => {
    const n = scaled(100_000, scale)
    const size = `n=${n}`
    const flags = ['--expose-gc']
    const idle = (mode: string, sort: string): Case => ({
      ...stator('W7', 'sqlite', 'programs/memory', size, n, mode),
      sort,
      flags,
    })
    return [
      idle('tasks', 'live, tasks queued for a paused agent'),
      idle('runs', 'live, half runs, half their queued tasks'),
      idle('parked', 'the same, parked'),
      idle('restarted', 'the same, parked, after a restart'),
      {
        workload: 'W7',
        limit: 'raw-xstate',
        subject: 'limit raw-xstate',
        size,
        program: 'limits/xstate-memory',
        params: { n, journal: 'memory', mode: '' },
        flags,
      },
    ]
  },
}

const simulations: Workload = {
  name: 'W8',
  what: 'simulator: 1,000 simulated runs through all faults, one core',
  cases: scale =>
    [
      ['five', 'five steps'],
      ['order', 'the example of the documentation'],
    ].flatMap(([mode = '', sort = '']) => {
      const n = scaled(1_000, scale)
      const size = `${sort}, n=${n}`
      return [
        stator('W8', 'memory', 'programs/simulations', size, n, mode),
        {
          workload: 'W8',
          limit: XSTATE_MACHINES,
          subject: `limit ${XSTATE_MACHINES}`,
          size,
          program: 'limits/xstate-simulations',
          params: { n, journal: 'memory', mode },
        },
      ]
    }),
}

const backlog: Workload = {
  name: 'W9',
  what: 'backlog: 1,000,000 waiting tasks, SIGKILL, restart to the first that is done',
  long: true,
  cases: scale => {
    const n = scaled(1_000_000, scale)
    const size = `n=${n}`
    return [
      stator('W9', 'sqlite', 'programs/backlog', size, n),
      sqliteLimit('W9', 'limits/sqlite-backlog', size, n),
    ]
  },
}

const charts: Workload = {
  name: 'W10',
  what: 'charts: one event of 10 to 1,000 parallel regions, compiling 100 to 5,000 steps',
  cases: scale => {
    const n = Math.max(100, Math.round(5_000 * scale))
    const params = { n, journal: 'memory', mode: '' } as const
    return [
      { workload: 'W10', subject: 'chart', size: '', program: 'programs/charts', params },
      {
        workload: 'W10',
        limit: XSTATE,
        subject: `limit ${XSTATE}`,
        size: '',
        program: 'limits/xstate-charts',
        params,
      },
    ]
  },
}

export const WORKLOADS: readonly Workload[] = [
  chain,
  fanOut,
  queue,
  growth,
  recovery,
  memory,
  simulations,
  backlog,
  charts,
]

/** Thrown for a name that no workload has. */
export class UnknownWorkload extends Error {}

/** The workloads of these names, in the order of the catalogue; where none is named, all but the long ones. */
export function choose(names: readonly string[]): readonly Workload[] {
  const wanted = names.map(name => name.toUpperCase())
  const unknown = names.filter((_, index) => !WORKLOADS.some(({ name }) => name === wanted[index]))
  if (unknown.length > 0) {
    const known = WORKLOADS.map(({ name }) => name).join(', ')
    const messages = unknown.some(name => name.toUpperCase() === 'W4')
      ? ' W4 needs agents that send messages to each other.'
      : ''
    throw new UnknownWorkload(`No workload ${unknown.join(', ')}; there are ${known}.${messages}`)
  }
  return WORKLOADS.filter(({ name, long }) => (names.length === 0 ? long !== true : wanted.includes(name)))
}
