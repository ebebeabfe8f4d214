import { Duplex } from 'node:stream'

/** Two ends of a line: what is written on one is read on the other, and destroying one destroys both. */
export function createStreamPair(): [Duplex, Duplex] {
  const make = (other: () => Duplex): Duplex =>
    new Duplex({
      read: () => {},
      write: (chunk, _encoding, done) => {
        other().push(chunk)
        done()
      },
      destroy: (error, done) => {
        other().destroy()
        done(error)
      },
    })
  const near: Duplex = make(() => far)
  const far: Duplex = make(() => near)
  return [near, far]
}
