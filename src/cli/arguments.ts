/** Arguments: words of the command line as the values that they stand for. */
import { InvalidArgumentError } from 'commander'

/** For commander: a whole number from 1 to `most`. */
export function upTo(most: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < 1 || value > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`)
    return value
  }
}

/** For commander: words with commas between them; the option may be given again. */
export function words(text: string, before: readonly string[] = []): readonly string[] {
  const found = text.split(',').map(word => word.trim())
  if (found.includes('')) throw new InvalidArgumentError('It must be words with commas between them.')
  return [...before, ...found]
}
