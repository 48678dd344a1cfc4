/**
 * ISO time: a moment as text, in UTC, as `toISOString` gives it. By arithmetic: a machine may not use dates, which know of time
 * zones and of now. For the years 1 to 9999.
 */
const DAY = 86_400_000

/** `2030-01-31T08:30:00.000Z` of milliseconds since the epoch. */
export function isoTime(at: number): string {
  const days = Math.floor(at / DAY)
  const ms = at - days * DAY
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0')
  const clock = `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}`
  return `${isoDay(days)}T${clock}.${String(ms % 1000).padStart(3, '0')}Z`
}

/** The day of the Gregorian calendar so many days after 1970-01-01. Years begin in March here, so that a leap day is their last. */
function isoDay(days: number): string {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  )
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  const day = ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
