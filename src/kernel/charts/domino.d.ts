// The package's own declarations name another module. Only what the charts use.
declare module '@mixmark-io/domino' {
  const domino: { createDocument(html?: string): object }
  export default domino
}
