/** `/api/action`: what an account pushes, for a wallet and for a shell. Made by the server; nothing is pushed by the page. */
export interface ActionAnswer {
  cleos: string;
  /** "esr:…" */
  esr: string;
  /** Modules of the QR code, row by row: "#" dark. */
  qr: readonly string[];
}
