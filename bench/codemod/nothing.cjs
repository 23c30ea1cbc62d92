// A transform that does nothing: what is left is the runner's own work, reading and parsing every file.
module.exports = (file, api) => {
  api.jscodeshift(file.source);
  return undefined;
};
module.exports.parser = 'tsx';
