// What is measured for which arguments. Never in here: measuring anything.
import { describe, expect, test } from 'vitest'
import { WORKLOADS } from '../../bench/catalogue.ts'
import { parseCommand } from '../../bench/cli.ts'
import { lengthsUpTo } from '../../bench/load.ts'

const names = (args: string[]): string[] => {
  const answer = parseCommand(args, '/somewhere')
  return answer.kind === 'run' ? answer.options.workloads.map(({ name }) => name) : []
}

describe('arguments', () => {
  test('without names every workload is measured, five times, but for the long ones', () => {
    expect(names([])).toEqual(['W1', 'W2', 'W3', 'W5', 'W6', 'W7', 'W8', 'W10'])
    expect(parseCommand([], '/somewhere')).toMatchObject({
      options: { runs: 5, scale: 1, json: undefined },
    })
  })

  test('names choose, in the order of the catalogue', () => {
    expect(names(['W5', 'w1'])).toEqual(['W1', 'W5'])
    expect(names(['w9', 'W1'])).toEqual(['W1', 'W9'])
  })

  test('options are taken, paths relative to where the command is given', () => {
    const args = ['W1', '--json', 'out/b.json', '--runs', '3', '--scale', '0.1', '--dir', '/disk']
    expect(parseCommand(args, '/somewhere')).toMatchObject({
      kind: 'run',
      options: { runs: 3, scale: 0.1, json: '/somewhere/out/b.json', dir: '/disk' },
    })
  })

  test.each([
    [['W99'], /No workload W99; there are W1, W2/],
    [['W1', 'speed'], /No workload speed/],
    [['W4'], /W4 needs agents that send messages/],
    [['--runs', '0'], /whole number from 1/],
    [['--scale', '2'], /above 0 and at most 1/],
    [['--scale', 'x'], /above 0 and at most 1/],
    [['--bogus'], /unknown option '--bogus'/],
  ])('%j is refused with code 2 and a reason', (args, reason) => {
    expect(parseCommand(args, '/somewhere')).toEqual({
      kind: 'leave',
      code: 2,
      text: expect.stringMatching(reason) as string,
    })
  })

  test('help is no mistake, and lists the workloads', () => {
    const answer = parseCommand(['--help'], '/somewhere')
    expect(answer).toMatchObject({ kind: 'leave', code: 0 })
    for (const { name } of WORKLOADS) expect(answer).toHaveProperty('text', expect.stringContaining(name))
  })
})

describe('catalogue', () => {
  test.each(WORKLOADS.map(workload => ({ workload, name: workload.name })))(
    '$name: every size has a limit, and every case a variant of its own',
    ({ workload }) => {
      for (const scale of [1, 0.001]) {
        const cases = workload.cases(scale)
        const limits = cases.filter(of => of.limit !== undefined)
        for (const of of cases) {
          expect(of.workload).toBe(workload.name)
          expect(limits.map(({ size }) => size)).toContain(of.size)
          expect(cases.map(({ subject }) => subject)).toContain(of.of ?? of.subject)
        }
        const variants = cases.map(of => [of.subject, of.size, of.sort].join())
        expect(new Set(variants).size).toBe(variants.length)
      }
    },
  )

  test('chains that are too short to compare are always measured', () => {
    expect(lengthsUpTo(5_000)).toEqual([10, 100, 1_000, 5_000])
    expect(lengthsUpTo(100)).toEqual([10, 100])
  })
})
