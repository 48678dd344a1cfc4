/** The times of a schedule: against oracles that look at every minute, and at the hours at which clocks change. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StatorError } from 'stator'
import { checkCron, occurrences } from '../../src/runtime/occurrences.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const UTC = { timezone: 'UTC' }
const iso = (moments: readonly number[]): string[] =>
  moments.map(at => new Date(at).toISOString().slice(0, 16))
const at = (text: string): number => Date.parse(`${text}Z`)

/** All after the first, up to the second, and the next one. */
function dueBy(cron: string, timezone: string, from: string, upTo: string): string[] {
  const range = { anchor: 0, from: at(from), upTo: at(upTo), limit: 1_000 }
  return iso(occurrences({ cron, timezone }, range).due)
}

describe('intervals', () => {
  const times = fc.integer({ min: 0, max: 2_000 })

  test('are what counting step by step gives', () => {
    const spec = fc.record({ startAt: times, until: times }, { requiredKeys: [] })
    fc.assert(
      fc.property(
        spec,
        fc.integer({ min: 1, max: 300 }),
        times,
        times,
        times,
        fc.integer({ min: 1, max: 10 }),
        (given, every, anchor, from, more, limit) => {
          const upTo = from + more
          const start = given.startAt ?? anchor
          const until = given.until ?? Number.POSITIVE_INFINITY
          const all: number[] = []
          for (let time = start; time <= 10_000; time += every)
            if (time > from && time <= until) all.push(time)
          const due = all.filter(time => time <= upTo)
          const found = occurrences({ every, ...UTC, ...given }, { anchor, from, upTo, limit })
          expect(found).toEqual({
            due: due.slice(-limit),
            passed: Math.max(0, due.length - limit),
            next: all.find(time => time > upTo) ?? null,
          })
        },
      ),
      { seed: 11, numRuns: 500 },
    )
  })

  test('of a month, every second, are counted at once', () => {
    const found = occurrences({ every: 1000, ...UTC }, { anchor: 0, from: 0, upTo: 30 * DAY, limit: 3 })
    expect(found).toEqual({
      due: [30 * DAY - 2000, 30 * DAY - 1000, 30 * DAY],
      passed: 30 * 86_400 - 3,
      next: 30 * DAY + 1000,
    })
  })
})

describe('cron', () => {
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']

  /** Does the clock on that wall show one of these minutes and hours now? */
  function shows(time: number, zone: string, minute: number, step: number): boolean {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      minute: 'numeric',
      hour: 'numeric',
      hourCycle: 'h23',
    }).formatToParts(time)
    const value = (type: string): number => Number(parts.find(part => part.type === type)?.value)
    return value('minute') === minute && value('hour') % step === 0
  }

  test('that goes by the hour is what the clock on the wall shows, minute by minute, over two changes of clocks', () => {
    // Both changes of most of these zones; away from them, any day is like any other.
    const days = [
      '2030-03-10T00:00',
      '2030-03-30T12:00',
      '2030-04-06T10:00',
      '2030-10-26T20:00',
      '2030-11-02T20:00',
    ]
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...days),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom(1, 2, 3),
        fc.integer({ min: 0, max: 600 }),
        (timezone, day, minute, step, offset) => {
          const from = at(day) + offset * MINUTE
          const upTo = from + 18 * 60 * MINUTE
          const oracle: number[] = []
          for (let time = from + MINUTE; time <= upTo; time += MINUTE)
            if (shows(time, timezone, minute, step)) oracle.push(time)
          const cron = `${minute} */${step} * * *`
          const found = occurrences({ cron, timezone }, { anchor: 0, from, upTo, limit: 100 })
          expect(iso(found.due)).toEqual(iso(oracle))
          expect(found.passed).toBe(0)
          expect(found.next).toBeGreaterThan(upTo)
        },
      ),
      { seed: 3, numRuns: 60 },
    )
  })

  test('of which there are too many gives the latest, and the same as without a bound', () => {
    const spec = { cron: '*/7 * * * *', timezone: 'Europe/Berlin' }
    const range = { anchor: 0, from: at('2030-03-30T20:00'), upTo: at('2030-03-31T05:03') }
    const all = occurrences(spec, { ...range, limit: 1_000 })
    const some = occurrences(spec, { ...range, limit: 20 })
    expect(some).toEqual({ due: all.due.slice(-20), passed: 1, next: all.next })
  })

  test('has no time in the hour that does not exist, but for one time of day: that comes after it', () => {
    // In Berlin two o'clock becomes three on the 31st of March 2030.
    expect(dueBy('30 2 * * *', 'Europe/Berlin', '2030-03-29T12:00', '2030-04-01T12:00')).toEqual([
      '2030-03-30T01:30',
      '2030-03-31T01:00',
      '2030-04-01T00:30',
    ])
    expect(dueBy('*/30 * * * *', 'Europe/Berlin', '2030-03-31T00:00', '2030-03-31T02:00')).toEqual([
      '2030-03-31T00:30',
      '2030-03-31T01:00',
      '2030-03-31T01:30',
      '2030-03-31T02:00',
    ])
    expect(dueBy('0 2,14 * * *', 'Europe/Berlin', '2030-03-30T14:00', '2030-03-31T23:00')).toEqual([
      '2030-03-31T12:00',
    ])
  })

  test('comes twice in the hour that comes twice, but for one time of day: that comes once, the first time', () => {
    // In Berlin three o'clock becomes two on the 27th of October 2030.
    expect(dueBy('30 2 * * *', 'Europe/Berlin', '2030-10-26T12:00', '2030-10-28T12:00')).toEqual([
      '2030-10-27T00:30',
      '2030-10-28T01:30',
    ])
    expect(dueBy('30 * * * *', 'Europe/Berlin', '2030-10-27T00:00', '2030-10-27T02:00')).toEqual([
      '2030-10-27T00:30',
      '2030-10-27T01:30',
    ])
  })

  test('keeps to its first and its last time', () => {
    const spec = { cron: '0 * * * *', ...UTC, startAt: at('2030-01-01T05:00'), until: at('2030-01-01T07:00') }
    const early = { anchor: 0, from: at('2030-01-01T00:00'), upTo: at('2030-01-01T00:00'), limit: 10 }
    expect(occurrences(spec, early)).toEqual({ due: [], passed: 0, next: at('2030-01-01T05:00') })
    const late = { ...early, upTo: at('2030-01-01T09:30') }
    expect(occurrences(spec, late)).toEqual({
      due: [5, 6, 7].map(hour => at(`2030-01-01T0${hour}:00`)),
      passed: 0,
      next: null,
    })
  })

  test('takes seconds, names and nicknames, and never comes where there is no such day', () => {
    const range = { anchor: 0, from: at('2030-01-01T00:00'), upTo: at('2030-01-01T00:00'), limit: 10 }
    const next = (cron: string): number | null => occurrences({ cron, ...UTC }, range).next
    expect(next('15 * * * * *')).toBe(at('2030-01-01T00:00:15'))
    expect(next('0 9 * * MON')).toBe(at('2030-01-07T09:00'))
    expect(next('@monthly')).toBe(at('2030-02-01T00:00'))
    expect(next('0 0 31 2 *')).toBeNull()
  })

  test.each([
    ['* * * *', 'UTC', 'five parts'],
    ['', 'UTC', 'five parts'],
    ['2030-01-01T00:00:00', 'UTC', 'five parts'],
    ['0 0 * * * * 2030', 'UTC', 'five parts'],
    ['61 * * * *', 'UTC', 'minute'],
    ['@sometimes', 'UTC', 'sometimes'],
    ['* * * * *', 'Mars/Olympus', 'Mars/Olympus'],
  ])('%s in %s is refused with the reason', (cron, timezone, word) => {
    const { code, details } = refusalOf(cron, timezone)
    expect(code).toBe('DEFINITION_INVALID')
    expect(JSON.stringify(details)).toContain(word)
  })
})

function refusalOf(cron: string, timezone: string): StatorError {
  try {
    checkCron(cron, timezone)
  } catch (error) {
    return error as StatorError
  }
  throw new Error('it was taken')
}
