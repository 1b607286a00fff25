// Carries the precompiled header of all tests; does nothing.
int main() {
  return 0;
}
