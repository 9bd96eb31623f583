/* A shared object that is no module. */
int not_xsm_get_entry(void);

int not_xsm_get_entry(void) {
    return 0;
}
