import { z } from 'zod'

/** What the fields of commands and requests are declared with. */
export { z } from 'zod'

/** Characters of a `transaction`. */
export const LONGEST_TRANSACTION = 256

/** May come with everything. */
export const transaction = z.string().max(LONGEST_TRANSACTION).optional()

/** For what needs no more to be said. */
export const anything = z.strictObject({ transaction })
