/**
 * As much of Jinja as the templates need, and as strict as Home Assistant's log: what is undefined is an error, except where a
 * template may ask for it (`or`, `is`, `if`).
 */
export class TemplateFault extends Error {}

type Scope = Readonly<Record<string, unknown>>

const TOKEN = /\s+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\d+|[A-Za-z_]\w*|==|[()[\]{}.,:|]/y

/** What Home Assistant takes for the state: the text, without spaces around it. @throws TemplateFault */
export function render(template: string, scope: Scope): string {
  const parts = /^\{\{(.*)\}\}$/s.exec(template)
  if (parts?.[1] === undefined) throw new TemplateFault(`no single expression: ${template}`)
  const parser = new Parser(tokensOf(parts[1]), scope)
  return show(parser.whole()).trim()
}

function tokensOf(source: string): string[] {
  const tokens: string[] = []
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length; ) {
    const at = TOKEN.lastIndex
    const token = TOKEN.exec(source)?.[0]
    if (token === undefined) throw new TemplateFault(`not understood: ${source.slice(at)}`)
    if (token.trim() !== '') tokens.push(token)
  }
  return tokens
}

/** Python's words. */
function show(value: unknown): string {
  if (value === undefined) throw new TemplateFault('something undefined is shown')
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

/** Recursive descent; evaluates all branches, and drops the fault of one that is not taken. */
class Parser {
  readonly #tokens: readonly string[]
  readonly #scope: Scope
  #at = 0
  /** In a branch that is not taken. */
  #isIdle = 0

  constructor(tokens: readonly string[], scope: Scope) {
    this.#tokens = tokens
    this.#scope = scope
  }

  whole(): unknown {
    const value = this.#conditional()
    if (this.#at < this.#tokens.length) throw new TemplateFault(`too much: ${this.#tokens.slice(this.#at).join(' ')}`)
    return value
  }

  #conditional(): unknown {
    // The condition comes behind what depends on it: read that once idly, then again if it is to be.
    const start = this.#at
    this.#idly(() => this.#or())
    if (this.#peek() !== 'if') {
      this.#at = start
      return this.#or()
    }
    this.#take('if')
    const condition = isTrue(this.#or())
    this.#take('else')
    const otherwise = condition ? this.#idly(() => this.#conditional()) : this.#conditional()
    const end = this.#at
    if (!condition) return otherwise
    this.#at = start
    const value = this.#or()
    this.#at = end
    return value
  }

  #or(): unknown {
    let left = this.#and()
    while (this.#accept('or')) {
      const isDecided = isTrue(left)
      const right = isDecided ? this.#idly(() => this.#and()) : this.#and()
      if (!isDecided) left = right
    }
    return left
  }

  #and(): unknown {
    let left = this.#not()
    while (this.#accept('and')) {
      const isDecided = !isTrue(left)
      const right = isDecided ? this.#idly(() => this.#not()) : this.#not()
      if (!isDecided) left = right
    }
    return left
  }

  #not(): unknown {
    return this.#accept('not') ? !isTrue(this.#not()) : this.#comparison()
  }

  #comparison(): unknown {
    const left = this.#filtered()
    if (this.#accept('==')) return left === this.#filtered()
    if (this.#accept('in')) {
      const list = this.#filtered()
      return Array.isArray(list) && list.includes(left)
    }
    return left
  }

  #filtered(): unknown {
    let value = this.#primary()
    for (;;) {
      if (this.#accept('.')) value = this.#member(value, this.#next())
      else if (this.#accept('[')) value = this.#subscript(value)
      else if (this.#accept('|')) value = this.#filter(value, this.#next())
      else if (this.#accept('is')) value = this.#test(value)
      else return value
    }
  }

  #member(value: unknown, name: string): unknown {
    if (name === 'get' && this.#peek() === '(') {
      this.#take('(')
      const key = this.#conditional()
      const otherwise = this.#accept(',') ? this.#conditional() : null
      this.#take(')')
      if (this.#isIdle > 0) return undefined
      if (typeof value !== 'object' || value === null) throw new TemplateFault('get of what is no object')
      return Object.hasOwn(value, String(key)) ? Reflect.get(value, String(key)) : otherwise
    }
    if (this.#isIdle > 0) return undefined
    if (typeof value !== 'object' || value === null) throw new TemplateFault(`${name} of what is no object`)
    if (!Object.hasOwn(value, name)) throw new TemplateFault(`no key ${name}`)
    return Reflect.get(value, name)
  }

  #subscript(value: unknown): unknown {
    this.#take(':')
    const end = Number(this.#next())
    this.#take(']')
    return typeof value === 'string' ? [...value].slice(0, end).join('') : undefined
  }

  #filter(value: unknown, name: string): unknown {
    if (this.#isIdle > 0) return undefined
    if (name === 'tojson') return JSON.stringify(value)
    if (name === 'trim' && typeof value === 'string') return value.trim()
    if (name === 'length' && Array.isArray(value)) return value.length
    throw new TemplateFault(`filter ${name} of ${typeof value}`)
  }

  #test(value: unknown): unknown {
    this.#take('none')
    return value === null
  }

  #primary(): unknown {
    const token = this.#next()
    if (token === '(') {
      const value = this.#conditional()
      this.#take(')')
      return value
    }
    if (token === '[') return this.#list()
    if (token === '{') return this.#object()
    if (/^['"]/.test(token)) return textOf(token)
    if (/^\d/.test(token)) return Number(token)
    if (token === 'none') return null
    if (!Object.hasOwn(this.#scope, token)) {
      if (this.#isIdle > 0) return undefined
      throw new TemplateFault(`${token} is undefined`)
    }
    return this.#scope[token]
  }

  #list(): unknown[] {
    const values: unknown[] = []
    while (!this.#accept(']')) {
      values.push(this.#conditional())
      this.#accept(',')
    }
    return values
  }

  #object(): Record<string, unknown> {
    const entries: [string, unknown][] = []
    while (!this.#accept('}')) {
      const key = String(this.#conditional())
      this.#take(':')
      entries.push([key, this.#conditional()])
      this.#accept(',')
    }
    return Object.fromEntries(entries)
  }

  #idly(work: () => unknown): unknown {
    this.#isIdle += 1
    const value = work()
    this.#isIdle -= 1
    return value
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]
  }

  #next(): string {
    const token = this.#tokens[this.#at++]
    if (token === undefined) throw new TemplateFault('ends too soon')
    return token
  }

  #take(token: string): void {
    const found = this.#next()
    if (found !== token) throw new TemplateFault(`expected ${token}, found ${found}`)
  }

  #accept(token: string): boolean {
    if (this.#peek() !== token) return false
    this.#at += 1
    return true
  }
}

function textOf(token: string): string {
  const inner = token.slice(1, -1)
  return JSON.parse(token.startsWith('"') ? token : `"${inner.replace(/"/g, '\\"')}"`) as string
}
