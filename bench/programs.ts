/** Programs: every benchmark that can run in a process, loaded only where it is wanted. */
import type { Program } from './case.ts'

type Load = () => Promise<{ readonly program: Program }>

export const PROGRAMS = {
  'programs/backlog': () => import('./programs/backlog.ts'),
  'programs/backlog-life': () => import('./programs/backlog-life.ts'),
  'programs/chain': () => import('./programs/chain.ts'),
  'programs/charts': () => import('./programs/charts.ts'),
  'programs/crowd': () => import('./programs/crowd.ts'),
  'programs/enqueue': () => import('./programs/enqueue.ts'),
  'programs/fan-out': () => import('./programs/fan-out.ts'),
  'programs/growth': () => import('./programs/growth.ts'),
  'programs/half-load': () => import('./programs/half-load.ts'),
  'programs/memory': () => import('./programs/memory.ts'),
  'programs/population': () => import('./programs/population.ts'),
  'programs/queue': () => import('./programs/queue.ts'),
  'programs/recovery': () => import('./programs/recovery.ts'),
  'programs/simulations': () => import('./programs/simulations.ts'),
  'programs/recovery-life': () => import('./programs/recovery-life.ts'),
  'limits/sqlite-backlog': () => import('./limits/sqlite-backlog.ts'),
  'limits/sqlite-backlog-life': () => import('./limits/sqlite-backlog-life.ts'),
  'limits/sqlite-chain': () => import('./limits/sqlite-chain.ts'),
  'limits/sqlite-crowd': () => import('./limits/sqlite-crowd.ts'),
  'limits/sqlite-enqueue': () => import('./limits/sqlite-enqueue.ts'),
  'limits/sqlite-fan-out': () => import('./limits/sqlite-fan-out.ts'),
  'limits/sqlite-growth': () => import('./limits/sqlite-growth.ts'),
  'limits/sqlite-half-load': () => import('./limits/sqlite-half-load.ts'),
  'limits/sqlite-queue': () => import('./limits/sqlite-queue.ts'),
  'limits/sqlite-recovery': () => import('./limits/sqlite-recovery.ts'),
  'limits/sqlite-recovery-life': () => import('./limits/sqlite-recovery-life.ts'),
  'limits/xstate-chain': () => import('./limits/xstate-chain.ts'),
  'limits/xstate-charts': () => import('./limits/xstate-charts.ts'),
  'limits/xstate-fan-out': () => import('./limits/xstate-fan-out.ts'),
  'limits/xstate-growth': () => import('./limits/xstate-growth.ts'),
  'limits/xstate-memory': () => import('./limits/xstate-memory.ts'),
  'limits/xstate-simulations': () => import('./limits/xstate-simulations.ts'),
  'limits/xstate-queue': () => import('./limits/xstate-queue.ts'),
} satisfies Record<string, Load>

export type ProgramName = keyof typeof PROGRAMS

export const isProgram = (name: string): name is ProgramName => Object.hasOwn(PROGRAMS, name)
