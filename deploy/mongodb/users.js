// One MongoDB user per service, with its own database and no other. Passwords come from the environment, so that none
// stands in a file or in the shell's history:
//   HOTLINE_INTAKE_PASSWORD=… HOTLINE_ROUTING_PASSWORD=… …  mongosh "$ADMIN_URL" deploy/mongodb/users.js
// The URL of a service then names its user and `authSource=admin`:
//   mongodb://hotline_routing:password@host-1,host-2/?replicaSet=rs0&tls=true&authSource=admin
// tests/unit/test_deploy.py holds the list against the services there are.
const services = ["intake", "routing", "sla_monitor", "callback", "knowledge", "telephony"];

for (const service of services) {
  const name = `hotline_${service}`;
  const password = process.env[`HOTLINE_${service.toUpperCase()}_PASSWORD`];
  if (!password) throw new Error(`HOTLINE_${service.toUpperCase()}_PASSWORD is not set`);
  const rights = { pwd: password, roles: [{ role: "readWrite", db: name }] };
  const admin = db.getSiblingDB("admin");
  if (admin.getUser(name)) admin.updateUser(name, rights);
  else admin.createUser({ user: name, ...rights });
}
