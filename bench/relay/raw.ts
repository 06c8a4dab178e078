import { connect, createServer } from 'node:net';

/** `node bench/relay/raw.ts PORT TARGET`, started by the benchmark: a TCP relay on 127.0.0.1 that looks at nothing, what any relay is measured against. */
const [port, target] = process.argv.slice(2).map(Number) as [number, number];

createServer({ noDelay: true }, (socket) => {
  const onward = connect({ port: target, host: '127.0.0.1', noDelay: true });
  socket.pipe(onward);
  onward.pipe(socket);
  const end = () => {
    socket.destroy();
    onward.destroy();
  };
  for (const side of [socket, onward]) side.on('close', end).on('error', end);
}).listen(port, '127.0.0.1', () => process.send?.('listening'));
