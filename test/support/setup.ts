// Runs before each test file. type-graphql and TypeORM keep what decorators say in reflect-metadata's store.
import 'reflect-metadata';
