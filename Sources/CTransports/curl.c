// Foundation's HTTP client, which Windrow does not use, for a static link.
//
// FlyingFox can forward requests by URLSession, and that wants libcurl, whose archive would bring a dozen more.
// Nothing here is ever called; whoever did would be told that there is no such thing.
#include "transports.h"

void curl_easy_cleanup(void) {}
int curl_easy_getinfo(void) { return 2; }
void* curl_easy_init(void) { return 0; }
int curl_easy_pause(void) { return 2; }
int curl_easy_setopt(void) { return 2; }
const char* curl_easy_strerror(void) { return "none"; }
void curl_free(void) {}
int curl_global_init(void) { return 2; }
int curl_multi_add_handle(void) { return 2; }
int curl_multi_assign(void) { return 2; }
int curl_multi_cleanup(void) { return 2; }
int curl_multi_info_read(void) { return 2; }
void* curl_multi_init(void) { return 0; }
int curl_multi_remove_handle(void) { return 2; }
int curl_multi_setopt(void) { return 2; }
int curl_multi_socket_action(void) { return 2; }
void* curl_slist_append(void) { return 0; }
void curl_slist_free_all(void) {}
void* curl_url(void) { return 0; }
int curl_url_get(void) { return 2; }
int curl_url_set(void) { return 2; }
const char* curl_version(void) { return "none"; }
void* curl_version_info(void) { return 0; }
