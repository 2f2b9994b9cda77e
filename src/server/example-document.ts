// The operation that Sandbox and GraphiQL show at first.
export const exampleDocument = `# A dashboard: customers with their latest inquiries and next follow-ups.
# Put your key into the headers: { "Authorization": "Bearer lk_live_…" }
query Dashboard {
  customers(first: 10) {
    totalCount
    nodes {
      id
      name
      city
      inquiries(first: 3) {
        totalCount
        nodes { subject status createdAt }
      }
      followUps(first: 2) {
        nodes { note dueAt status }
      }
    }
  }
}
`;
