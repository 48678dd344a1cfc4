// What the crew shares on Stator: values that all of a run see, and the question that one specialist asks another.
// Never in here: what is noted, asked or answered; that is the work, and it does not know of Stator.
import { sharedContext, StatorError, task } from 'stator'
import type { TaskContext } from 'stator'
import type { Desk } from './desk.ts'
import { noteSchema } from './desk.ts'
import { byRank, findingSchema } from './finding.ts'
import { opinionSchema, questionSchema } from './opinion.ts'
import { roles } from './roles.ts'
import type { Role } from './roles.ts'

// A check only reads, so that it may always be done again: three attempts, and never given up because of a kill. Tasks
// that a kill interrupted are held, and whoever starts the audit again is the operator who lets them go on (crew.ts);
// with 'retry' Stator would call a task that was killed three times a danger, and fail it.
export const policy = {
  retry: { maxAttempts: 3, initialInterval: 200 },
  timeout: '10m',
  onInterrupted: 'hold',
} as const

const notes = Object.fromEntries(roles.map(role => [role, noteSchema])) as Record<Role, typeof noteSchema>

/** A note of each specialist, by its role, and the worst finding so far. */
export const crewContext = sharedContext('crew', { ...notes, worst: findingSchema })

export const secondOpinionTask = task('second-opinion', {
  input: questionSchema,
  output: opinionSchema,
  ...policy,
})

/** The desk of one attempt: what is noted is durable before the task is done, and seen by all of the run. */
export const deskOf = (ctx: TaskContext): Desk => {
  const shared = ctx.context(crewContext)
  return {
    note: async (role, note, why) => {
      await shared.set(role, note, { why })
      const { worst: found } = note
      if (found === null) return
      const soFar = shared.get('worst')
      if (soFar !== undefined && byRank(soFar, found) <= 0) return
      // Others write it at the same time: of all that were ever found, the worst stays.
      await shared.update('worst', now => (now !== undefined && byRank(now, found) <= 0 ? now : found), {
        why,
      })
    },
    notes: () =>
      roles.flatMap(role => {
        const note = shared.get(role)
        return note === undefined ? [] : [{ role, ...note }]
      }),
    worst: () => shared.get('worst') ?? null,
    consult: async (skill, question) => {
      try {
        return await ctx.consult({ skill }, secondOpinionTask, question)
      } catch (error) {
        if (error instanceof StatorError && error.code === 'CONSULT_UNAVAILABLE') return null
        throw error
      }
    },
  }
}
