/** kill -9 at any moment: the same command goes on, no finished task runs again, the report has the same bytes. */
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { temporary } from '../audit/support/repository.ts'
import { runPlan } from '../audit/support/run-plan.ts'
import { plannedOf, reportIn, run, tasksOf } from './audit-process.ts'
import { bigRepository } from './audit-repository.ts'

/** Where a life ends: by what it has printed. */
const at = {
  start: /^(Auditing|Resuming).*\n/,
  board: /audit: \d+ tasks/,
  percent: (percent: number): RegExp => {
    const tenth = Math.floor(percent / 10)
    return new RegExp(`audit: (${tenth}\\d|[${tenth}-9]\\d|100) %`)
  },
  end: /audit: 100 %/,
}

const lives = async (points: readonly RegExp[]): Promise<{ killed: number; restarted: number }> => {
  const repo = bigRepository()
  const out = temporary()
  const { markdown, json, plan } = await runPlan(repo, basename(repo))
  let killed = 0
  for (const point of points) {
    const life = await run([repo, '--out', out], { end: { at: point, act: 'SIGKILL' } })
    expect(life.err).toBe('')
    if (life.code === null) killed++
  }
  expect(await run([repo, '--out', out])).toMatchObject({ code: 0, err: '' })
  expect(reportIn(out)).toEqual({ markdown, json })
  const tasks = tasksOf(out)
  expect([...plannedOf(tasks).keys()].toSorted()).toEqual(
    ['task/inventory', ...plan.map(({ id }) => `task/audit/${id}`)].toSorted(),
  )
  expect([...tasks].filter(([, { completed, again }]) => completed !== 1 || again !== 0)).toEqual([])
  return { killed, restarted: [...tasks.values()].filter(({ started }) => started > 1).length }
}

test.each([
  ['at its start', at.start],
  ['in the middle', at.percent(50)],
  ['near the end', at.percent(90)],
  ['when all tasks are done', at.end],
])('killed once, %s', async (_, point) => {
  const { restarted } = await lives([point])
  // What was at work, and no more: eight specialists with four tasks each.
  expect(restarted).toBeLessThanOrEqual(32)
})

test('killed again and again before anything is done: the same tasks begin each time, and none is given up', async () => {
  const { killed, restarted } = await lives(Array.from({ length: 8 }, () => at.board))
  expect(killed).toBe(8)
  expect(restarted).toBeGreaterThan(0)
})

test('killed in every fifth of the way', async () => {
  const { killed } = await lives([at.start, ...[10, 20, 40, 60, 80].map(at.percent)])
  expect(killed).toBe(6)
})
