// Text of others (file names, comments, titles) made safe to stand in Markdown.
// Never in here: the report's own wording.

const flat = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')

/** Inline code whatever is inside, backticks and pipes included. */
export const code = (text: string): string => {
  const inner = flat(text)
  const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = inner.startsWith('`') || inner.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${inner.replaceAll('|', '\\|')}${pad}${fence}`
}

/** Plain words: nothing of it is markup. */
export const words = (text: string): string => flat(text).replace(/[\\`*_{}[\]<>#|~&]/g, mark => `\\${mark}`)

/** A message with `code` between backticks: the code stays code, everything else is plain words. */
export const message = (text: string): string => {
  const pieces = flat(text).split('`')
  if (pieces.length % 2 === 0) return words(text)
  return pieces.map((piece, i) => (i % 2 === 0 ? words(piece) : piece === '' ? '' : code(piece))).join('')
}
