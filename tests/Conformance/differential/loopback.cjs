// Loaded before an emulator, which would otherwise listen on every address of the machine and can't be told not to.
const net = require('net')

const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...parameters) {
  const [first] = parameters
  if (typeof first === 'object' && first !== null) parameters[0] = { ...first, host: '127.0.0.1' }
  else if (typeof parameters[1] === 'string') parameters[1] = '127.0.0.1'
  else parameters.splice(1, 0, '127.0.0.1')
  return listen.apply(this, parameters)
}
