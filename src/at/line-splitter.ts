/** The longest line kept, in octets. Real lines have at most about 800 (a `+CUSD` in hex); the rest of a longer one is discarded. */
export const MAX_LINE_LENGTH = 8192

/** Line breaks kept in front of a line; more are dropped. */
const MAX_GAP_LENGTH = 32

/** What a byte stream from a modem consists of. */
export type Token =
  /**
   * A `>` at the start of a line, which may be the prompt for a payload (3GPP TS 27.005 section 3.5.1) or just text.
   * Whoever takes it for a prompt finds the same `>` again at the start of the next line and has to drop it there.
   */
  | { readonly kind: 'prompt' }
  /**
   * A line that is not empty, without its line end; one character per octet (Latin-1). `gap` holds the line breaks
   * in front of it. `isCut`: it was longer than `MAX_LINE_LENGTH`.
   */
  | { readonly kind: 'line'; readonly text: string; readonly gap: string; readonly isCut: boolean }

/**
 * Bytes → lines and prompts, whatever the framing: CR LF on both sides of a line (ITU-T V.250 section 5.7.1), a lone
 * CR or LF, CR CR LF behind an echo. How the bytes are cut into chunks makes no difference, and memory is bounded.
 */
export class LineSplitter {
  #text = ''
  #gap = ''
  #isCut = false

  /** @returns the tokens completed by this chunk, in order */
  feed(chunk: Uint8Array): Token[] {
    const tokens: Token[] = []
    for (const octet of chunk) {
      if (octet === 0x0d || octet === 0x0a) this.#endLine(octet, tokens)
      else this.#add(octet, tokens)
    }
    return tokens
  }

  #endLine(octet: number, tokens: Token[]): void {
    if (this.#text !== '') {
      tokens.push({ kind: 'line', text: this.#text, gap: this.#gap, isCut: this.#isCut })
      this.#text = ''
      this.#gap = ''
      this.#isCut = false
    }
    if (this.#gap.length < MAX_GAP_LENGTH) this.#gap += String.fromCharCode(octet)
  }

  #add(octet: number, tokens: Token[]): void {
    if (this.#text === '') {
      // A port that has just been opened may deliver NULs first. Inside a line NUL is the `@` of GSM text and stays.
      if (octet === 0) return
      if (octet === 0x3e) tokens.push({ kind: 'prompt' })
    }
    if (this.#text.length < MAX_LINE_LENGTH) this.#text += String.fromCharCode(octet)
    else this.#isCut = true
  }
}
