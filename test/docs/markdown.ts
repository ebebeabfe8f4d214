/** The parts of a document in Markdown that can be wrong: its fenced snippets, its code spans, its links and its headings. */

interface Snippet {
  /** What stands behind the opening fence; empty where nothing does. */
  readonly language: string
  /** Without the indentation of the fence. */
  readonly text: string
  readonly line: number
}

const FENCE = /^( *)```(.*)\n([\s\S]*?)^ *```$/gm

/** The fenced snippets. */
export function snippetsIn(markdown: string): readonly Snippet[] {
  return [...markdown.matchAll(FENCE)].map(({ 1: indent = '', 2: language = '', 3: text = '', index }) => ({
    language,
    text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    line: markdown.slice(0, index).split('\n').length,
  }))
}

/** The code spans of the running text. */
export function codeSpansIn(markdown: string): readonly string[] {
  return [...proseOf(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code ?? '')
}

/** The targets of the links, as written. */
export function linksIn(markdown: string): readonly string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? '')
}

/** The anchors that GitHub gives to the headings. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of proseOf(markdown).matchAll(/^#{1,6} +(.*)$/gm)) {
    const slug = heading
      .replace(/\]\([^)]*\)/g, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`
    anchors.add(anchor)
  }
  return anchors
}

const proseOf = (markdown: string): string => markdown.replace(FENCE, '')

const withoutCode = (markdown: string): string => proseOf(markdown).replace(/`[^`\n]+`/g, '')
